package dev.weir.bench.behaviour.theme;

import java.util.List;

/** Every theme, in the order of the matrix. */
public final class Themes {
  private Themes() {}

  public static List<Class<?>> all() {
    return List.of(
        Bounds.class,
        Waiting.class,
        Opening.class,
        Outage.class,
        Validation.class,
        Retirement.class,
        Leases.class,
        End.class,
        Fairness.class,
        VirtualThreads.class,
        Leaks.class,
        Operations.class,
        Selection.class,
        Sharing.class,
        Keyed.class);
  }
}
