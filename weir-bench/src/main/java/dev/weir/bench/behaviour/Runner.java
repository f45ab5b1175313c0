package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.Outcome.Verdict;
import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.stage.NotKept;
import dev.weir.bench.behaviour.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Plays one behaviour with one contender, on a thread of its own and within its time. */
public final class Runner {
  private static final Duration LAST_CHANCE = Duration.ofSeconds(5);

  private Runner() {}

  /** Plays it; always returns. */
  public static Outcome run(Behaviour behaviour, Contender contender) {
    List<Feature> missing = behaviour.missing(contender);
    if (!missing.isEmpty()) {
      String lacks = missing.stream().map(Feature::text).collect(Collectors.joining(", "));
      return outcome(behaviour, contender, Verdict.NOT_OFFERED, "no " + lacks, 0, false);
    }
    long started = System.nanoTime();
    Stage stage = new Stage(contender);
    AtomicReference<String> seen = new AtomicReference<>("");
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(behaviour.id())
            .start(() -> seen.set(play(behaviour, stage)));
    boolean ended = join(thread, behaviour.limit());
    if (!ended) {
      seen.set("had not ended after " + Stage.text(behaviour.limit()));
    }
    String what = seen.get();
    stage.clear();
    thread.interrupt();
    boolean hung = !join(thread, LAST_CHANCE);
    long millis = Duration.ofNanos(System.nanoTime() - started).toMillis();
    Verdict verdict = what.isEmpty() ? Verdict.HOLDS : Verdict.FAILS;
    return outcome(behaviour, contender, verdict, what, millis, hung);
  }

  /** Returns what was seen; empty when the promise was kept. */
  private static String play(Behaviour behaviour, Stage stage) {
    try {
      behaviour.play(stage);
      return "";
    } catch (NotKept e) {
      return String.valueOf(e.getMessage());
    } catch (Throwable e) {
      return NotKept.describe(e);
    }
  }

  private static boolean join(Thread thread, Duration limit) {
    try {
      return thread.join(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Outcome outcome(
      Behaviour behaviour,
      Contender contender,
      Verdict verdict,
      String seen,
      long millis,
      boolean hung) {
    return new Outcome(contender.name(), behaviour.id(), verdict, seen, millis, hung);
  }
}
