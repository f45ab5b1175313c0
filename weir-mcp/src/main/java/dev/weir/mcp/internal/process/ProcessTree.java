package dev.weir.mcp.internal.process;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.StdioOptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A process with all that it started, and the end of both.
 *
 * <p>States: RUNNING → ENDING → ENDED. One compare-and-set lets one caller of {@link #close} do the
 * work; any other returns when it is done. The death of the process itself is no state: what it
 * started may outlive it, so whoever learns of it has to close the tree as well.
 *
 * <p>The end, step by step: standard input is closed and the process has the grace to leave by
 * itself; then SIGTERM and the grace once more; then SIGKILL until nothing is left, two seconds at
 * most. Before each signal the tree is looked up anew and added to what was known: a process whose
 * parent has died is nobody's descendant any more. It is found by four marks, each of which
 * survives something: its parent (until that dies), its group (until it changes it), its session
 * (until it starts one), and a variable in its environment (as long as it keeps it).
 *
 * <p>No stranger is hit. A {@link ProcessHandle} carries the start time, so a process id that was
 * given out anew does not match. The group is signalled by number, but only when the process itself
 * is alive or the group has never been seen empty since: a number is not given out again while a
 * group holds it.
 *
 * <p>Threads: one platform thread drains standard error until its end. The reader of standard
 * output is the caller's affair.
 */
public final class ProcessTree implements AutoCloseable {
  private static final Duration LAST_WAIT = Duration.ofSeconds(2);

  /** How long the end of standard error may take to be read, unless somebody keeps it open. */
  private static final Duration ERROR_WAIT = Duration.ofSeconds(1);

  private final Process process;
  private final ProcessInput input;
  private final String mark;
  private final boolean leadsGroup;

  /** Nothing that is older belongs to the tree. */
  private final long start;

  private final Duration grace;
  private final Runnable whenKilled;
  private final LastWords lastWords = new LastWords();
  private final Thread errorReader;

  private final AtomicBoolean ending = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Every process of the tree that was ever seen; belongs to the thread that ends the tree. */
  private final Set<ProcessHandle> known = new HashSet<>();

  private boolean groupIsGone;

  ProcessTree(
      Process process, String mark, boolean leadsGroup, StdioOptions options, Runnable whenKilled) {
    this.process = process;
    this.input = new ProcessInput(options.name(), process.getOutputStream());
    this.mark = mark;
    this.leadsGroup = leadsGroup;
    this.start = ProcessTable.start(process.pid());
    this.grace = options.stopGrace();
    this.whenKilled = whenKilled;
    LiveTrees.add(this);
    this.errorReader =
        Thread.ofPlatform()
            .daemon()
            .name(options.name() + "-stderr")
            .start(() -> lastWords.drain(process.getErrorStream()));
  }

  public long pid() {
    return process.pid();
  }

  /** Whether its process id is the id of a process group and session of its own. */
  boolean leadsGroup() {
    return leadsGroup;
  }

  public InputStream output() {
    return process.getInputStream();
  }

  /**
   * Writes one line to the process and gives the position behind it.
   *
   * @throws IOException when the process does not take it any more: it had no whole line then
   */
  public long write(Envelope message) throws IOException, InterruptedException {
    return input.write(message);
  }

  /** The process has answered, so it has read everything before this position. */
  public void confirmRead(long position) {
    input.confirm(position);
  }

  /** Runs the action on another thread when the process itself has died. */
  public void whenDead(Runnable action) {
    var _ = process.onExit().thenRun(() -> Thread.startVirtualThread(action));
  }

  /** What the process and its descendants have resident, in bytes; zero when nothing tells. */
  public long memory() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .mapToLong(ProcessTable::memory)
        .sum();
  }

  /** The exit code, after waiting a little for it; empty while the process lives. */
  public OptionalInt exitCode(Duration wait) {
    return waitForProcess(wait) ? OptionalInt.of(process.exitValue()) : OptionalInt.empty();
  }

  /**
   * The last line of standard error; empty when nothing was written. Of a process that has died the
   * last line of all, if it can be read soon.
   */
  public String lastErrorLine() {
    awaitLastErrors();
    return lastWords.line();
  }

  /**
   * The end of standard error, at most 8 KiB; of a process that has died as {@link #lastErrorLine}.
   */
  public String lastErrors() {
    awaitLastErrors();
    return lastWords.text();
  }

  private void awaitLastErrors() {
    if (!process.isAlive()) uninterruptibly(() -> errorReader.join(ERROR_WAIT));
  }

  /**
   * Ends the tree and returns when it has ended. Ignores interrupts until then. What the process
   * wrote before its death can still be read; the descriptors are closed by the JDK.
   */
  @Override
  public void close() {
    if (ending.compareAndSet(false, true)) {
      try {
        end();
      } finally {
        LiveTrees.remove(this);
        ended.countDown();
      }
    } else {
      uninterruptibly(() -> ended.await(1, TimeUnit.DAYS));
    }
  }

  private void end() {
    lookUp();
    input.close();
    if (!waitForProcess(grace) || isAnyLeft()) {
      signal(Signals.TERM);
      if (!waitUntilNoneIsLeft(grace)) killTheRest();
    }
    waitForProcess(LAST_WAIT); // it is gone, and the JDK is about to learn its exit code
  }

  /** Asks all of the tree to end, without waiting for it. */
  void terminate() {
    signal(Signals.TERM);
  }

  /** Ends all of the tree, without waiting for it; for a JVM that is about to end. */
  void kill() {
    signal(Signals.KILL);
  }

  private void killTheRest() {
    whenKilled.run();
    long deadline = System.nanoTime() + LAST_WAIT.toNanos();
    do {
      signal(Signals.KILL); // again and again: one that forks may have been faster
    } while (!waitUntilNoneIsLeft(Duration.ofMillis(100)) && System.nanoTime() < deadline);
  }

  private synchronized void signal(int signal) {
    lookUp();
    if (isGroupOurs()) Signals.toGroup(process.pid(), signal);
    for (ProcessHandle handle : known) {
      if (signal == Signals.KILL) handle.destroyForcibly();
      else handle.destroy();
    }
  }

  private synchronized void lookUp() {
    Set<ProcessHandle> now = new HashSet<>(ProcessTable.find(sessionId(), mark, start));
    now.add(process.toHandle());
    now.addAll(known);
    for (ProcessHandle handle : Set.copyOf(now)) handle.descendants().forEach(now::add);
    known.addAll(now);
    known.removeIf(handle -> !handle.isAlive());
  }

  private long sessionId() {
    return leadsGroup && isGroupOurs() ? process.pid() : -2;
  }

  private synchronized boolean isGroupOurs() {
    if (!leadsGroup || groupIsGone) return false;
    groupIsGone = !process.isAlive() && !Signals.groupExists(process.pid());
    return !groupIsGone;
  }

  private boolean isAnyLeft() {
    lookUp();
    return isAnyKnownRunning();
  }

  private synchronized boolean isAnyKnownRunning() {
    return known.stream().anyMatch(ProcessTable::isRunning);
  }

  private boolean waitUntilNoneIsLeft(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    long pause = 2;
    while (isAnyKnownRunning()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) return false;
      long sleep = Math.min(pause, left);
      uninterruptibly(
          () -> {
            Thread.sleep(sleep);
            return true;
          });
      pause = Math.min(50, pause * 2);
    }
    return !isAnyLeft();
  }

  private boolean waitForProcess(Duration atMost) {
    return uninterruptibly(() -> process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** Ending must not be left half done; the interrupt is kept for whoever looks next. */
  private static boolean uninterruptibly(Wait wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.run();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  @FunctionalInterface
  private interface Wait {
    boolean run() throws InterruptedException;
  }
}
