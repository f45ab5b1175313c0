package dev.weir.gateway.config;

import dev.weir.pool.Option;

/** What is written down of each request. */
public record AccessLogConfig(
    @Option(
            byDefault = "off",
            live = true,
            about =
                "where a line of JSON for each request goes: off, stderr, or a file, relative to this one, which is opened anew on SIGHUP")
        LogPlace to,
    @Option(
            byDefault = "0B",
            live = true,
            about =
                "so much of the arguments and of the result of a request is written, which may be anybody's secrets; 0B: nothing")
        ByteSize content) {
  private static final ByteSize MOST = new ByteSize(16 * 1024);

  public AccessLogConfig {
    Checks.atMost("content", content, MOST);
  }
}
