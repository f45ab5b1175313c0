package dev.weir.bench.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.behaviour.NaivePool.Wait;
import dev.weir.bench.behaviour.Outcome.Verdict;
import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A behaviour that no broken pool can fail proves nothing. */
class BrokenPoolTest {
  /** Mostly they wait; more would keep each other from what they are to be caught at. */
  private static final int AT_ONCE = 12;

  private final Map<Contender, List<String>> caught = new LinkedHashMap<>();

  @Test
  void aPoolThatIsBrokenOnPurposeFailsWhereItIsBroken() throws Exception {
    naive();
    configuredWrong();
    deaf();
    odd();
    List<Future<String>> results = new ArrayList<>();
    try (ExecutorService stages = Executors.newFixedThreadPool(AT_ONCE)) {
      caught.forEach(
          (contender, ids) ->
              ids.forEach(id -> results.add(stages.submit(() -> notCaught(contender, id)))));
      List<String> notCaught = new ArrayList<>();
      for (Future<String> result : results) {
        if (!result.get().isEmpty()) {
          notCaught.add(result.get());
        }
      }
      assertThat(notCaught).isEmpty();
    }
  }

  private void naive() {
    expect(
        new NaivePool(Wait.POLL),
        "waiting.timeoutWhileAnOpenHangs",
        "waiting.servedByInvalidation",
        "waiting.wakeUp",
        "waiting.interrupt",
        "opening.parallel",
        "opening.hangDoesNotStopTheNext",
        "opening.hangBesideALease",
        "opening.hangIsGivenUp",
        "opening.lateOpen",
        "opening.retry",
        "opening.failedOpenOfAnother",
        "opening.error",
        "outage.recovery",
        "outage.allIdleDead",
        "outage.storm",
        "validation.diedWhileIdle",
        "validation.checkThrows",
        "validation.checkThrowsError",
        "validation.checkHangs",
        "validation.reset",
        "validation.resetFails",
        "leases.twice",
        "leases.staleHandle",
        "leases.twoThreads",
        "leases.useAfter",
        "leases.slowClose",
        "leases.throwingClose",
        "leases.hangingClose",
        "fairness.order",
        "end.wakesWaiters",
        "end.nothingOpen",
        "end.lateArrival",
        "end.refuses",
        "end.lateReturn",
        "end.twice",
        "end.noThreads",
        "virtualthreads.parallelOpens",
        "virtualthreads.pinnedOpens");
    expect(new NaivePool(Wait.SPIN), "waiting.idleWait", "waiting.idleWaitForAnOpen");
  }

  private void configuredWrong() {
    wrong(
        "one more than the maximum",
        s -> s.max++,
        "bounds.crowd",
        "bounds.failingOpens",
        "bounds.closing");
    wrong("no minimum", s -> s.min = 0, "bounds.minimum", "bounds.refill", "bounds.lateEndpoint");
    wrong("any number may wait", s -> s.maxWaiters = 1000, "waiting.fullLine");
    wrong(
        "another timeout",
        s -> s.acquireTimeout = Duration.ofMinutes(1),
        "waiting.timeout",
        "waiting.oneDeadline",
        "waiting.asyncTimeout");
    wrong("no check", s -> s.check = false, "validation.diedWhileIdle");
    wrong(
        "no keep-alive",
        s -> s.keepAlive = Duration.ZERO,
        "validation.keepAlive",
        "validation.keepAliveHangs");
    wrong("no idle timeout", s -> s.idleTimeout = Duration.ZERO, "retirement.idle");
    wrong(
        "no lifetime",
        s -> s.maxLifetime = Duration.ZERO,
        "retirement.lifetime",
        "retirement.lifetimeWhileLeased",
        "retirement.lifetimeWhileBusy");
    wrong("no jitter", s -> s.lifetimeJitter = 0, "retirement.jitter");
    wrong("any start will do", s -> s.startMustSucceed = false, "opening.startMustSucceed");
    wrong("last in, first out", s -> s.order = Settings.Order.LIFO, "selection.fifo");
    wrong("first in, first out", s -> s.order = Settings.Order.FIFO, "selection.lifo");
    wrong("no turns", s -> s.order = Settings.Order.LIFO, "selection.roundRobin");
    wrong("no strategy", s -> s.strategy = null, "selection.own", "selection.wrongStrategy");
    wrong(
        "one lease more",
        s -> s.leasesPerConnection++,
        "sharing.limit",
        "leases.exclusive",
        "sharing.crowd");
    wrong("one lease each", s -> s.leasesPerConnection = 1, "sharing.broken");
    wrong("one opens at a time", s -> s.openParallelism = 1, "opening.parallel");
    wrong(
        "a listener that hears nothing", s -> s.onEvent = () -> {}, "operations.throwingListener");
    wrong("no reclaim", s -> s.leakReclaim = false, "leaks.reclaimed", "leaks.lateReturn");
    wrong("a larger bound over all keys", s -> s.max = 5, "keyed.bound");
  }

  private void deaf() {
    deaf("resize", "bounds.grow", "bounds.shrinkIdle", "bounds.shrinkReturned");
    deaf("evictAll", "operations.evictAll");
    deaf("suspend", "operations.suspend");
    deaf("drain", "end.drain", "end.drainRefuses", "end.drainDeadline");
    deaf("drainAndTell", "end.drainReport");
    deaf("detach", "retirement.detach");
    deaf("limitLeases", "sharing.higherLimit", "sharing.lowerLimit");
    deaf("acquireAsync", "waiting.async");
    deaf("active", "operations.counts", "operations.countsAfterAStorm");
    deaf("waiting", "operations.waiterCount");
    deaf("leakReports", "leaks.reported", "leaks.forgotten");
    deaf("close", "end.wakesWaiters", "end.underLoad", "retirement.closedOnce");
    deaf("key", "keyed.idlePlace", "keyed.deadKey", "selection.affinity");
  }

  private void odd() {
    expect(
        SpoiltPool.withHandle("gives nothing back", Oddity::keeping),
        "bounds.oneByOne",
        "bounds.resizeQuickly",
        "waiting.servedByRelease",
        "waiting.interruptRace",
        "waiting.timeoutRace",
        "waiting.asyncCancel",
        "waiting.zero",
        "fairness.greedy",
        "leases.otherThread",
        "virtualthreads.many",
        "virtualthreads.pinned",
        "operations.evictAllUnderLoad",
        "keyed.busyKey",
        "keyed.leasedPlace");
    expect(SpoiltPool.withHandle("tidies up itself", Oddity::tidy), "leases.slowCloseOfOwn");
    expect(SpoiltPool.withHandle("hides failures", Oddity::hiding), "validation.foundBroken");
    expect(
        SpoiltPool.withHandle("cuts leases", Oddity::breaking),
        "bounds.shrinkLeased",
        "validation.keepAliveLeavesLeased",
        "retirement.idleLeavesLeased");
    expect(SpoiltPool.withHabit("spins", Oddity::spinning), "virtualthreads.idleWait");
    expect(
        SpoiltPool.withHabit("heeds no interrupt", Oddity::deafToInterrupts),
        "virtualthreads.interrupt");
    expect(SpoiltPool.withHabit("touchy", Oddity::touchy), "opening.interruptedOpener");
    expect(SpoiltPool.babbling(), "leaks.notReported");
    expect(SpoiltPool.slowToClose(), "end.doesNotWait", "end.doesNotWaitForAnOpen");
    expect(
        SpoiltPool.withHabit("slow to tell", Oddity::slowToTell),
        "outage.failFast",
        "outage.cause");
    expect(SpoiltPool.withHabit("tries for each caller", Oddity::curious), "outage.noHammering");
    expect(
        SpoiltPool.withHabit("checks one by one", Oddity::anxious),
        "outage.oneTimeout",
        "waiting.timeoutWhileChecksHang");
    expect(
        SpoiltPool.withHabit("biased", Oddity::biased), "fairness.threads", "virtualthreads.even");
  }

  private void expect(Contender contender, String... ids) {
    caught.put(contender, List.of(ids));
  }

  private void wrong(String fault, java.util.function.Consumer<Settings> unasked, String... ids) {
    expect(SpoiltPool.configured(fault, unasked), ids);
  }

  private void deaf(String operation, String... ids) {
    expect(SpoiltPool.deafTo(operation), ids);
  }

  @Test
  void everyBehaviourIsFailedByOneOfThem() {
    naive();
    configuredWrong();
    deaf();
    odd();
    assertThat(caught.values().stream().flatMap(List::stream))
        .containsAll(Catalogue.all().stream().map(Behaviour::id).toList());
  }

  /** Empty when the behaviour failed, as it has to. */
  private static String notCaught(Contender contender, String id) {
    Behaviour behaviour =
        Catalogue.all().stream()
            .filter(one -> one.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no behaviour " + id));
    Outcome outcome = Runner.run(behaviour, contender);
    return outcome.verdict() == Verdict.FAILS
        ? ""
        : id + " did not catch: " + contender.name() + " (" + outcome.verdict() + ")";
  }
}
