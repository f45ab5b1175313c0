package dev.weir.bench.gateway.contender;

import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.StdioSession;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Supergateway the other way round: a process for each client, in front of a server over HTTP. */
final class SupergatewayFront implements Contender {
  @Override
  public String id() {
    return "supergateway-front";
  }

  @Override
  public Kind kind() {
    return Kind.PEER;
  }

  @Override
  public String about() {
    return "speaks stdio to its client: a process for each session";
  }

  @Override
  public String product(Site site) throws IOException {
    return site.version("supergateway");
  }

  @Override
  public boolean reaches(Wire wire) {
    return wire == Wire.HTTP;
  }

  @Override
  public Service start(Site site, Server.Setting setting, @Nullable URI endpoint) {
    String mark = Program.newMark();
    List<String> command =
        List.of(
            "node",
            site.module("supergateway/dist/index.js").toString(),
            "--streamableHttp",
            Objects.requireNonNull(endpoint).toString(),
            "--logLevel=none");
    return new Service(null, mark, () -> new StdioSession(command, Map.of("WEIR_BENCH", mark)));
  }
}
