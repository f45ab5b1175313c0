package dev.weir.bench.behaviour.contender;

import java.util.List;
import java.util.function.Supplier;

/** All contenders, in the order of the matrix. */
public final class Contenders {
  /** Suppliers, so that a run loads only the pools that it needs. */
  private static final List<Supplier<Contender>> ALL =
      List.of(
          WeirContender::new,
          WeirJdbcContender::new,
          HikariContender::new,
          AgroalContender::new,
          CommonsPoolContender::new,
          DbcpContender::new,
          StormpotContender::new,
          ViburContender::new,
          BeeContender::new,
          TomcatContender::new,
          C3p0Contender::new);

  private Contenders() {}

  public static List<Contender> all() {
    return ALL.stream().map(Supplier::get).toList();
  }

  /** The contender of that name. */
  public static Contender named(String name) {
    return all().stream()
        .filter(contender -> contender.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no contender " + name));
  }
}
