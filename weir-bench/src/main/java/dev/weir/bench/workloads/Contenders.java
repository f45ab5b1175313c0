package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.Login;
import dev.weir.bench.workloads.loopback.LoopbackConnection;
import dev.weir.pool.PoolBuilder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Makes who takes part, by name; the connections of all cost the same login. */
final class Contenders {
  static final String WEIR = "weir";
  static final String COMMONS = "commons-pool2";
  static final String STORMPOT = "stormpot";
  static final String NO_POOL = "no pool";

  /** Pools of others that can hold a bare socket. */
  static final List<String> OTHERS = List.of(COMMONS, STORMPOT);

  private final InetSocketAddress server;
  private final Login login;

  Contenders(InetSocketAddress server, Login login) {
    this.server = server;
    this.login = login;
  }

  /** Weir, then those asked for. */
  List<Entrant> pools(PoolSettings settings, List<String> against) {
    List<Entrant> entrants = new ArrayList<>();
    entrants.add(weir(settings));
    if (against.contains(COMMONS)) {
      entrants.add(commons(COMMONS, settings, true));
    }
    if (against.contains(STORMPOT)) {
      entrants.add(stormpot(settings));
    }
    return entrants;
  }

  Entrant weir(PoolSettings settings) {
    return weir(WEIR, settings, builder -> builder);
  }

  /** Weir with further options. */
  Entrant weir(
      String name, PoolSettings settings, UnaryOperator<PoolBuilder<LoopbackConnection>> more) {
    return pool(name, settings, opener -> new WeirConnections(opener, settings, more));
  }

  /** Its default order is lifo. */
  Entrant commons(String name, PoolSettings settings, boolean lifo) {
    return pool(name, settings, opener -> new CommonsConnections(opener, settings, lifo));
  }

  Entrant stormpot(PoolSettings settings) {
    return pool(STORMPOT, settings, opener -> new StormpotConnections(opener, settings));
  }

  Entrant noPool() {
    return Entrant.withoutPool(Opener.forCalls(server, login));
  }

  private Entrant pool(String name, PoolSettings settings, Function<Opener, Connections> make) {
    return Entrant.pool(name, settings.size(), Opener.forPool(server, login), make);
  }
}
