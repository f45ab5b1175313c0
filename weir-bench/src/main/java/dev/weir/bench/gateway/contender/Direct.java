package dev.weir.bench.gateway.contender;

import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.HttpSession;
import dev.weir.bench.gateway.wire.StdioSession;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Nothing between client and server. */
final class Direct implements Contender {
  @Override
  public String id() {
    return "direct";
  }

  @Override
  public Kind kind() {
    return Kind.DIRECT;
  }

  @Override
  public String about() {
    return "the client itself speaks to the server; over stdio it starts one for each session";
  }

  @Override
  public String product(Site site) {
    return "";
  }

  @Override
  public boolean reaches(Wire wire) {
    return true;
  }

  @Override
  public Service start(Site site, Server.Setting setting, @Nullable URI endpoint) {
    String mark = Program.newMark();
    if (setting.wire() == Wire.HTTP) {
      URI server = Objects.requireNonNull(endpoint);
      return new Service(null, mark, () -> new HttpSession(server));
    }
    List<String> command = site.stdio(setting, mark);
    return new Service(null, mark, () -> new StdioSession(command, Map.of("WEIR_BENCH", mark)));
  }
}
