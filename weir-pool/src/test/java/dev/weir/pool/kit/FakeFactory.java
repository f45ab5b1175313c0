package dev.weir.pool.kit;

import dev.weir.pool.ConnectionFactory;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens {@link FakeConnection}s as the test says. Every step can be replaced by one that fails or
 * hangs.
 */
public class FakeFactory implements ConnectionFactory<FakeConnection> {
  /** A step of a script: returns, throws, or takes its time. */
  @FunctionalInterface
  public interface Step {
    void run() throws Exception;
  }

  /** What a check does. */
  @FunctionalInterface
  public interface Check {
    boolean run(FakeConnection connection) throws Exception;
  }

  private final ConcurrentLinkedQueue<Step> nextOpens = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Step> told = new LinkedBlockingQueue<>();
  private final List<FakeConnection> opened = new CopyOnWriteArrayList<>();
  private final AtomicInteger opening = new AtomicInteger();
  private final AtomicInteger tries = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private volatile Step onOpen;
  private volatile Check onCheck = connection -> true;
  private volatile Runnable onUsable = () -> {};
  private volatile Step onReset = () -> {};
  private volatile Step onClose = () -> {};

  private FakeFactory(Step onOpen) {
    this.onOpen = onOpen;
  }

  /** Opens at once. */
  public static FakeFactory opensAtOnce() {
    return new FakeFactory(() -> {});
  }

  /** Each open waits for {@link #finishOpen} or {@link #failOpen}. */
  public static FakeFactory opensWhenTold() {
    FakeFactory factory = new FakeFactory(() -> {});
    factory.onOpen(() -> factory.told.take().run());
    return factory;
  }

  /** Each open is refused. */
  public static FakeFactory failing() {
    return new FakeFactory(refused());
  }

  /** Each open hangs until it is interrupted. */
  public static FakeFactory hanging() {
    return new FakeFactory(hangs());
  }

  /** A step that fails as a connect to a closed port does. */
  public static Step refused() {
    return () -> {
      throw new ConnectException("connection refused");
    };
  }

  /** A step that ends only by an interrupt. */
  public static Step hangs() {
    return () -> new CountDownLatch(1).await();
  }

  /** What opens do from now on. */
  public void onOpen(Step step) {
    onOpen = step;
  }

  /** What the next opens do, one each, before the usual again. */
  public void nextOpens(Step... steps) {
    nextOpens.addAll(List.of(steps));
  }

  /** What checks do from now on. */
  public void onCheck(Check check) {
    onCheck = check;
  }

  /** What happens from now on when a connection is asked whether it is usable. */
  public void onUsable(Runnable step) {
    onUsable = step;
  }

  /** What resets do from now on. */
  public void onReset(Step step) {
    onReset = step;
  }

  /** What closes do from now on, before the connection counts as closed. */
  public void onClose(Step step) {
    onClose = step;
  }

  /** Lets one waiting open, or the next, succeed. */
  public void finishOpen() {
    told.add(() -> {});
  }

  /** Lets one waiting open, or the next, fail. */
  public void failOpen() {
    told.add(refused());
  }

  /** The connection that was opened as the n-th, from 0. */
  public FakeConnection opened(int n) {
    return opened.get(n);
  }

  /** All that were opened. */
  public List<FakeConnection> opened() {
    return opened;
  }

  /** Calls of open that have not returned. */
  public int opening() {
    return opening.get();
  }

  /** Calls of open so far. */
  public int tries() {
    return tries.get();
  }

  /** Connections that are open. */
  public int stillOpen() {
    return open.get();
  }

  /** The most connections that were open at any time. */
  public int mostOpen() {
    return mostOpen.get();
  }

  @Override
  public FakeConnection open() throws Exception {
    opening.incrementAndGet();
    tries.incrementAndGet();
    try {
      Step step = nextOpens.poll();
      (step == null ? onOpen : step).run();
      FakeConnection connection;
      synchronized (opened) {
        connection = new FakeConnection(opened.size());
        opened.add(connection);
      }
      mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
      return connection;
    } finally {
      opening.decrementAndGet();
    }
  }

  @Override
  public boolean isUsable(FakeConnection connection) {
    onUsable.run();
    return connection.usable;
  }

  @Override
  public boolean check(FakeConnection connection, Duration timeout) throws Exception {
    connection.checks.incrementAndGet();
    return onCheck.run(connection);
  }

  @Override
  public void reset(FakeConnection connection) throws Exception {
    connection.resets.incrementAndGet();
    onReset.run();
  }

  @Override
  public void close(FakeConnection connection) throws Exception {
    onClose.run();
    open.decrementAndGet();
    connection.closes.incrementAndGet();
  }

  @Override
  public Map<String, String> attributes(FakeConnection connection) {
    return Map.of("number", String.valueOf(connection.number));
  }
}
