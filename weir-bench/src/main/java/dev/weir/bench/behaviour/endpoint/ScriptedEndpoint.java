package dev.weir.bench.behaviour.endpoint;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The other side of all connections of one behaviour. Each operation works at once until it is told
 * otherwise; it counts what it sees, which is what the behaviours judge by.
 */
public final class ScriptedEndpoint implements AutoCloseable {
  private static final Map<String, ScriptedEndpoint> BY_NAME = new ConcurrentHashMap<>();
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "e" + NAMES.incrementAndGet();
  private final CountDownLatch over = new CountDownLatch(1);
  private final ConcurrentLinkedQueue<Step> nextOpens = new ConcurrentLinkedQueue<>();
  private final List<Wire> opened = new CopyOnWriteArrayList<>();
  private final AtomicInteger tries = new AtomicInteger();
  private final AtomicInteger opening = new AtomicInteger();
  private final AtomicInteger mostOpening = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private final AtomicInteger checks = new AtomicInteger();
  private volatile Step onOpen = Step.works();
  private volatile Step onCheck = Step.works();
  private volatile Step onReset = Step.works();
  private volatile Step onClose = Step.works();

  public ScriptedEndpoint() {
    BY_NAME.put(name, this);
  }

  /** The endpoint of that name, for drivers that are given only text. */
  static ScriptedEndpoint named(String name) {
    ScriptedEndpoint endpoint = BY_NAME.get(name);
    if (endpoint == null) {
      throw new IllegalStateException("no endpoint " + name);
    }
    return endpoint;
  }

  /** Unique in this process. */
  public String name() {
    return name;
  }

  /** What opening does from now on. */
  public void onOpen(Step step) {
    onOpen = step;
  }

  /** What the next opens do, one each, before the usual again. */
  public void nextOpens(Step... steps) {
    nextOpens.addAll(List.of(steps));
  }

  /** What checks do from now on, before they tell the truth. */
  public void onCheck(Step step) {
    onCheck = step;
  }

  /** What resets do from now on. */
  public void onReset(Step step) {
    onReset = step;
  }

  /** What closing does from now on, before the connection counts as closed. */
  public void onClose(Step step) {
    onClose = step;
  }

  /** Goes down: every connection is cut, and every open is refused. */
  public void goDown() {
    onOpen = Step.refuses();
    opened.forEach(Wire::cut);
  }

  /** Accepts connections again. */
  public void comeUp() {
    onOpen = Step.works();
  }

  /** Opens one; {@code limit} is how long the driver shall wait, null for ever. */
  public Wire open(@Nullable Duration limit) throws Exception {
    tries.incrementAndGet();
    mostOpening.accumulateAndGet(opening.incrementAndGet(), Math::max);
    try {
      Step next = nextOpens.poll();
      (next == null ? onOpen : next).run(new Call(over, null, limit));
      Wire wire;
      synchronized (opened) {
        wire = new Wire(this, opened.size());
        opened.add(wire);
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
      }
      return wire;
    } finally {
      opening.decrementAndGet();
    }
  }

  void check(Wire wire, @Nullable Duration limit) throws Exception {
    checks.incrementAndGet();
    onCheck.run(new Call(over, wire, limit));
  }

  void reset(Wire wire) throws Exception {
    onReset.run(new Call(over, wire, null));
  }

  void close(Wire wire) throws Exception {
    try {
      onClose.run(new Call(over, wire, null));
    } finally {
      wire.countClose();
    }
  }

  void gone(Wire wire) {
    if (wire.isNewsThatItWent()) {
      open.decrementAndGet();
    }
  }

  /** Every connection that was opened, in order. */
  public List<Wire> opened() {
    return opened;
  }

  /** The connection that was opened as the n-th, from 0. */
  public Wire opened(int n) {
    return opened.get(n);
  }

  /** How often somebody tried to open, whatever came of it. */
  public int tries() {
    return tries.get();
  }

  /** Opens under way. */
  public int opening() {
    return opening.get();
  }

  /** The most opens that were under way at a time. */
  public int mostOpening() {
    return mostOpening.get();
  }

  /** Connections that are open, those being closed included, those cut not. */
  public int open() {
    return open.get();
  }

  /** The most connections that were open at a time. */
  public int mostOpen() {
    return mostOpen.get();
  }

  /** Checks so far. */
  public int checks() {
    return checks.get();
  }

  /** The behaviour is over: whatever hangs comes back, with an exception. */
  @Override
  public void close() {
    over.countDown();
    BY_NAME.remove(name);
  }
}
