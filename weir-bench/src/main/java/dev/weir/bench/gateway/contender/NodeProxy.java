package dev.weir.bench.gateway.contender;

import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Proxies from npm that stand in front of a server over stdio and speak Streamable HTTP. */
enum NodeProxy implements Contender {
  SUPERGATEWAY(
      "supergateway", "supergateway", "a process for each session, started when it comes") {
    @Override
    List<String> command(Site site, List<String> server) {
      return supergateway(site, server, "--stateful");
    }
  },

  SUPERGATEWAY_STATELESS("supergateway-stateless", "supergateway", "a process for each request") {
    @Override
    List<String> command(Site site, List<String> server) {
      return supergateway(site, server);
    }
  },

  MCP_PROXY("mcp-proxy", "mcp-proxy", "one process that all sessions share") {
    @Override
    List<String> command(Site site, List<String> server) {
      List<String> command =
          site.onAnyPort(
              site.module("mcp-proxy/dist/bin/mcp-proxy.mjs"),
              "--host=127.0.0.1",
              "--port=0",
              "--server=stream",
              "--");
      command.addAll(server);
      return command;
    }
  };

  private final String id;
  private final String npm;
  private final String about;

  NodeProxy(String id, String npm, String about) {
    this.id = id;
    this.npm = npm;
    this.about = about;
  }

  abstract List<String> command(Site site, List<String> server);

  private static List<String> supergateway(Site site, List<String> server, String... more) {
    List<String> command =
        site.onAnyPort(
            site.module("supergateway/dist/index.js"),
            "--outputTransport=streamableHttp",
            "--port=0",
            "--logLevel=none",
            "--stdio",
            shell(server));
    command.addAll(List.of(more));
    return command;
  }

  /** It has a shell run what it is told. */
  private static String shell(List<String> words) {
    return words.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Kind kind() {
    return Kind.PEER;
  }

  @Override
  public String about() {
    return about;
  }

  @Override
  public String product(Site site) throws IOException {
    return site.version(npm);
  }

  @Override
  public boolean reaches(Wire wire) {
    return wire == Wire.STDIO;
  }

  @Override
  public Service start(Site site, Server.Setting setting, @Nullable URI endpoint)
      throws IOException, InterruptedException {
    String mark = Program.newMark();
    Program program = Program.start(command(site, site.stdio(setting, mark)), Map.of(), mark);
    URI address = Site.awaitEndpoint(program);
    return new Service(program, mark, () -> new HttpSession(address));
  }
}
