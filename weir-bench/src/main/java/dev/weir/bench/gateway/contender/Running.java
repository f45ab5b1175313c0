package dev.weir.bench.gateway.contender;

import dev.weir.bench.gateway.wire.HttpSession;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A server that is up already, reached over HTTP: to open a session is to connect and say so. */
final class Running implements Contender {
  @Override
  public String id() {
    return Contenders.RUNNING;
  }

  @Override
  public Kind kind() {
    return Kind.FLOOR;
  }

  @Override
  public String about() {
    return "the server over HTTP, up already, nothing between: what is left when nothing is started";
  }

  @Override
  public String product(Site site) {
    return "";
  }

  @Override
  public boolean reaches(Wire wire) {
    return wire == Wire.STDIO;
  }

  @Override
  public Service start(Site site, Server.Setting setting, @Nullable URI endpoint)
      throws IOException, InterruptedException {
    Site.HttpServer server = site.startHttp(setting.server());
    return new Service(server.program(), server.mark(), () -> new HttpSession(server.endpoint()));
  }
}
