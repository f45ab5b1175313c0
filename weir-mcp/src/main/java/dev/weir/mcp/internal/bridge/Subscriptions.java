package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.internal.bridge.ListenStream.Wanted;
import dev.weir.mcp.internal.codec.Json;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a bridged conversation hears of beside its requests: changes of lists, and of resources that
 * its client has subscribed to. Keeps one {@link ListenStream} for all of it, from the first time
 * that somebody wants to hear anything.
 *
 * <p>A stream cannot be told to hear of more, so a change of the set opens another, and the one
 * before ends when that is acknowledged: nothing goes unheard between them, at most twice. A stream
 * that ends by itself is opened again, after a pause that grows; what changed meanwhile nobody
 * tells, so then the client is told that everything may have.
 *
 * <p><b>Threads.</b> One virtual thread keeps the stream ({@link #keep}); all state is guarded by
 * {@code lock}. Who changes the set counts {@code version} up and waits until the keeper has {@code
 * settled} that version, whichever way; {@code changed} is signalled with every change of either.
 */
final class Subscriptions implements AutoCloseable {
  static final int MOST = 1_000;
  private static final System.Logger LOG = System.getLogger(Subscriptions.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private static final Map<String, String> LISTS =
      Map.of(
          "tools", "toolsListChanged",
          "prompts", "promptsListChanged",
          "resources", "resourcesListChanged");

  private final Way way;
  private final ClientProfile client;
  private final Consumer<Envelope> news;
  private final Duration patience;
  private final Set<String> lists = new LinkedHashSet<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<String> uris = new LinkedHashSet<>();
  private @Nullable Thread keeper;
  private @Nullable ListenStream current;
  private @Nullable String failure;
  private long version;
  private long settled = -1;
  private boolean closed;

  /**
   * @param capabilities of the server, JSON
   * @param news takes what the client is to be told
   * @param patience how long the server may take to acknowledge
   */
  Subscriptions(
      Way way,
      ClientProfile client,
      @Nullable String capabilities,
      Consumer<Envelope> news,
      Duration patience) {
    this.way = way;
    this.client = client;
    this.news = news;
    this.patience = patience;
    Map<String, String> all = Json.members(capabilities);
    LISTS.forEach(
        (capability, filter) -> {
          if (Json.isTrue(Json.member(all.get(capability), "listChanged"))) {
            lists.add(filter);
          }
        });
  }

  /** Somebody listens: returns when the server has been told, or has not answered in time. */
  void begin() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      startKeeper();
      awaitSettled(version);
    } finally {
      lock.unlock();
    }
  }

  /** Null when the server tells of this resource from now on, or why it does not. */
  @Nullable String add(String uri) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      boolean isNew = uris.add(uri);
      if (uris.size() > MOST) {
        uris.remove(uri);
        return "a client may subscribe to " + MOST + " resources here";
      }
      if (isNew) {
        version++;
      }
      startKeeper();
      long mine = version;
      boolean inTime = awaitSettled(mine);
      ListenStream stream = current;
      if (inTime && stream != null && stream.tellsOf(uri)) {
        return null;
      }
      uris.remove(uri);
      version++;
      changed.signalAll();
      return !inTime
          ? "the server did not acknowledge it within " + patience.toSeconds() + " s"
          : failure != null ? failure : "the server does not tell of this resource";
    } finally {
      lock.unlock();
    }
  }

  void remove(String uri) {
    lock.lock();
    try {
      if (uris.remove(uri)) {
        version++;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void startKeeper() {
    if (keeper == null && !closed) {
      keeper = Thread.ofVirtual().name("bridge-subscriptions").start(this::keep);
    }
    changed.signalAll();
  }

  private boolean awaitSettled(long wanted) throws InterruptedException {
    long left = patience.toNanos();
    while (settled < wanted && !closed && left > 0) {
      left = changed.awaitNanos(left);
    }
    return settled >= wanted;
  }

  private void keep() {
    Duration pause = FIRST_PAUSE;
    boolean gap = false;
    lock.lock();
    try {
      while (!closed) {
        long wantedVersion = version;
        Wanted wanted = new Wanted(lists, uris);
        boolean opened = open(wanted);
        if (opened) {
          pause = FIRST_PAUSE;
          if (gap) {
            tellAll(wanted);
          }
          gap = false;
        }
        settled = wantedVersion;
        changed.signalAll();
        while (opened && !closed && version == wantedVersion && !isOver(current)) {
          changed.await();
        }
        gap |= isOver(current);
        if (!closed && version == wantedVersion) { // refused or over, and still wanted
          sleep(pause, wantedVersion);
          pause = longer(pause);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      leave(current);
      lock.unlock();
    }
  }

  /**
   * Opens a stream, waits for its acknowledgement, then ends the one before; which stays when there
   * was none.
   */
  private boolean open(Wanted wanted) throws InterruptedException {
    ListenStream before = current;
    ListenStream stream = null;
    if (!wanted.isNothing()) {
      stream = new ListenStream(way, client, wanted, news, this::signal);
      stream.start();
      long left = patience.toNanos();
      while (!closed && !stream.isAcknowledged() && !stream.isOver() && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (!stream.isAcknowledged()) {
        failed(stream);
        return false;
      }
    }
    failure = null;
    current = stream;
    leave(before);
    return true;
  }

  private static boolean isOver(@Nullable ListenStream stream) {
    return stream != null && stream.isOver();
  }

  private static void leave(@Nullable ListenStream stream) {
    if (stream != null) {
      stream.leave();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void failed(ListenStream stream) {
    stream.leave(); // it may be silent only
    String why = stream.failure();
    failure = why == null ? "the server did not acknowledge the subscription" : why;
    LOG.log(
        Level.DEBUG,
        "upstream \"%s\": no subscription to its changes: %s".formatted(way.upstream(), failure));
  }

  private void tellAll(Wanted wanted) {
    for (Map.Entry<String, String> list : LISTS.entrySet()) {
      if (wanted.lists().contains(list.getValue())) {
        news.accept(
            Messages.notification("notifications/" + list.getKey() + "/list_changed", null));
      }
    }
    for (String uri : wanted.uris()) {
      news.accept(
          Messages.notification(
              "notifications/resources/updated", Json.object(Map.of("uri", Json.quote(uri)))));
    }
  }

  private void sleep(Duration pause, long wantedVersion) throws InterruptedException {
    long left = pause.toNanos();
    while (left > 0 && !closed && version == wantedVersion) {
      left = changed.awaitNanos(left);
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
