package dev.weir.bench.pools;

import java.time.Duration;
import java.util.Locale;

/** What is asked of every pool. */
public enum Scenario {
  A(Kind.FAST, 1, 10, "1 thread, 10 connections, nothing held"),
  B(Kind.FAST, 2, 10, "2 threads, 10 connections, nothing held"),
  C(Kind.FAST, 8, 32, "8 threads, 32 connections, nothing held"),
  D1(Kind.FAST, 32, 8, "32 threads on 8 connections, nothing held"),
  S1(Kind.STATEMENT, 1, 10, "1 thread, 10 connections, a statement prepared, executed, closed"),
  S2(Kind.STATEMENT, 2, 10, "2 threads, 10 connections, a statement prepared, executed, closed"),
  S8(Kind.STATEMENT, 8, 32, "8 threads, 32 connections, a statement prepared, executed, closed"),
  S32(Kind.STATEMENT, 32, 32, "32 threads, 32 connections, a statement prepared, executed, closed"),
  H2(Kind.LOOP, 64, 8, "64 platform threads on 8 connections, held 500 µs"),
  V(Kind.LOOP, 2000, 20, "2,000 virtual threads on 20 connections, held 500 µs"),
  E1(Kind.LOOP, 1000, 32, "1,000 virtual threads on 32 connections, each yields once"),
  E2(Kind.LOOP, 1000, 32, "1,000 virtual threads on 32 connections, held 50 µs"),
  SPIKE(Kind.SITUATION, 20, 20, "20 callers on an empty pool, 100 ms to open"),
  SPIKE20(Kind.SITUATION, 20, 20, "the same, told to open 20 at a time"),
  DOWN(Kind.SITUATION, 8, 10, "endpoint down: opening fails in 20 ms, acquire timeout 3 s"),
  HANG(Kind.SITUATION, 8, 10, "one open hangs for ever, the others take 5 ms");

  /** How it is measured. */
  public enum Kind {
    /** By JMH: operations per second, bytes per operation. */
    FAST,
    /** The same, and only by what hands out JDBC connections: one statement while it is held. */
    STATEMENT,
    /** By a closed loop that looks at each wait. */
    LOOP,
    /** Once: who gets what, and when. */
    SITUATION
  }

  private final Kind kind;
  private final int callers;
  private final int connections;
  private final String title;

  Scenario(Kind kind, int callers, int connections, String title) {
    this.kind = kind;
    this.callers = callers;
    this.connections = connections;
    this.title = title;
  }

  /** As on the command line and in raw data. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public Kind kind() {
    return kind;
  }

  public int callers() {
    return callers;
  }

  public int connections() {
    return connections;
  }

  public String title() {
    return title;
  }

  /** How long a caller of a loop holds its connection; zero: it yields once. */
  Duration hold() {
    return switch (this) {
      case H2, V -> Duration.ofNanos(500_000);
      case E2 -> Duration.ofNanos(50_000);
      default -> Duration.ZERO;
    };
  }

  /** Whether the callers of a loop are virtual threads. */
  boolean virtual() {
    return this == V || this == E1 || this == E2;
  }

  /** Whether {@code --quick} runs it. */
  boolean inQuick() {
    return this != E1 && this != E2 && (kind != Kind.STATEMENT || this == S1);
  }
}
