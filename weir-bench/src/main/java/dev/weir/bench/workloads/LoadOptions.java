package dev.weir.bench.workloads;

import dev.weir.bench.workloads.loopback.Login;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all workloads can be told. What is not said depends on {@code --quick}. */
final class LoadOptions {
  @Option(names = "--quick", description = "One short round: shows that it works, proves nothing.")
  boolean quick;

  @Option(
      names = "--rounds",
      description = "Times that everything is measured; 7, strategies: 15; quick: 1.")
  @Nullable Integer rounds;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      description = "Length of one measurement; 0.5, strategies: 0.3; quick: 0.4.")
  @Nullable Double window;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "What runs before it and is not counted; 0.3, strategies: 0.1; quick: 0.2.")
  @Nullable Double warmUp;

  @Option(
      names = "--set-up",
      paramLabel = "MILLISECONDS",
      description = "What the server needs to set up a session; 5.")
  @Nullable Double setUp;

  @Option(
      names = "--login-rounds",
      description = "Rounds of the password hash in a login; 4096, as in PostgreSQL.")
  @Nullable Integer loginRounds;

  @Option(
      names = "--against",
      split = ",",
      paramLabel = "POOL",
      description = "Other pools to measure: commons-pool2, stormpot; both by default, or none.")
  @Nullable List<String> against;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where page, plots and raw data go; docs/benchmarks, quick: nowhere.")
  @Nullable Path out;

  /**
   * What holds when nothing else is said.
   *
   * @param warmUp seconds
   * @param window seconds
   */
  record Plan(int rounds, double warmUp, double window) {
    static final Plan USUAL = new Plan(7, 0.3, 0.5);

    /** For small differences: many short rounds, which a busy machine disturbs alike. */
    static final Plan FINE = new Plan(15, 0.1, 0.3);
  }

  private final Plan full;

  LoadOptions(Plan full) {
    this.full = full;
  }

  int rounds() {
    return rounds != null ? rounds : quick ? 1 : full.rounds;
  }

  Duration window() {
    return seconds(window != null ? window : quick ? 0.4 : full.window);
  }

  Duration warmUp() {
    return seconds(warmUp != null ? warmUp : quick ? 0.2 : full.warmUp);
  }

  Login login() {
    return new Login(
        loginRounds != null ? loginRounds : Login.DATABASE.rounds(),
        setUp != null ? millis(setUp) : Login.DATABASE.setUp());
  }

  List<String> against() {
    List<String> named = against != null ? against : Contenders.OTHERS;
    return named.stream().filter(name -> !name.equals("none")).toList();
  }

  @Nullable Path out() {
    return out != null ? out : quick ? null : Path.of("docs", "benchmarks");
  }

  static Duration millis(double millis) {
    return Duration.ofNanos(Math.round(millis * 1e6));
  }

  private static Duration seconds(double seconds) {
    return millis(seconds * 1e3);
  }
}
