package dev.weir.bench.gateway.contender;

import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway of this tree, with its defaults but for the processes it keeps ready. */
public final class Weir implements Contender {
  private final int standby;

  /** Keeps so many processes of a stdio server ready. */
  public Weir(int standby) {
    this.standby = standby;
  }

  @Override
  public String id() {
    return Contenders.WEIR;
  }

  @Override
  public Kind kind() {
    return Kind.OURS;
  }

  @Override
  public String about() {
    return "a process for each session, or a session of the server's over pooled sockets";
  }

  @Override
  public String product(Site site) {
    return "weir from the tree";
  }

  @Override
  public boolean reaches(Wire wire) {
    return true;
  }

  @Override
  public Service start(Site site, Server.Setting setting, @Nullable URI endpoint)
      throws IOException, InterruptedException {
    String mark = Program.newMark();
    String upstream =
        endpoint == null
            ? "{ command: %s, standby: { min: %d, max: %2$d, memory: 8GiB } }"
                .formatted(GatewayProgram.yamlList(site.stdio(setting, mark)), standby)
            : "{ url: \"" + endpoint + "\" }";
    GatewayProgram gateway =
        GatewayProgram.start(List.of(), "upstreams: { up: " + upstream + " }", mark);
    URI address = gateway.url("/mcp/up");
    boolean keepsReady = setting.wire() == Wire.STDIO;
    return new Service(
        gateway.program(),
        mark,
        () -> new HttpSession(address),
        () -> gateway.awaitSum("weir_upstream_standby", keepsReady ? standby : 0));
  }
}
