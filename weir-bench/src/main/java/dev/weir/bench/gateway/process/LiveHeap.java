package dev.weir.bench.gateway.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The heap of another JVM.
 *
 * @param bytes of all objects that can be reached
 * @param buffers those of them that are arrays of bytes; the text of strings is among them
 */
public record LiveHeap(long bytes, long buffers) {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Pattern BUFFERS =
      Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +\\[B(?: .*)?$");

  /** What a full collection leaves. */
  public static LiveHeap of(long pid) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    Matcher total = TOTAL.matcher(said);
    Matcher buffers = BUFFERS.matcher(said);
    if (process.waitFor() != 0 || !total.find() || !buffers.find()) {
      throw new IOException("no class histogram of process " + pid + ": " + said.strip());
    }
    return new LiveHeap(Long.parseLong(total.group(1)), Long.parseLong(buffers.group(1)));
  }
}
