package dev.weir.gateway.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Three servers for one test, and whatever else is to be closed after it, the latest first. */
public final class MoodyServers implements AfterEachCallback {
  private final List<AutoCloseable> toClose = new ArrayList<>();

  public final MoodyServer a = server("a");
  public final MoodyServer b = server("b");
  public final MoodyServer c = server("c");

  private MoodyServer server(String name) {
    try {
      return kept(new MoodyServer(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public <T extends AutoCloseable> T kept(T resource) {
    toClose.add(resource);
    return resource;
  }

  public List<MoodyServer> all() {
    return List.of(a, b, c);
  }

  /** Sessions that began at each. */
  public List<Integer> opened() {
    return all().stream().map(MoodyServer::opened).toList();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AutoCloseable each : toClose.reversed()) {
      each.close();
    }
  }
}
