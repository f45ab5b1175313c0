package dev.weir.gateway.lease;

import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which client has subscribed to which resource: the first one's subscription goes upstream, and
 * the last one's end.
 *
 * <p>When the upstream has forgotten subscriptions ({@link #keepOnly}), no lock is waited for: its
 * thread may be the one that asks. It counts the loss, then takes the topics that are held; who
 * subscribes notes that the topic is held, then looks at the count: one of the two sees the other,
 * and who sees a loss asks again.
 *
 * <p>Each resource has a lock, held while the upstream is asked, so that what reaches it is in the
 * order of what is noted here; a resource that is slow to subscribe to holds up nobody who wants
 * another. A topic without subscribers is removed under its lock and marked, and who meets a marked
 * one looks again.
 *
 * @param <O> a client; compared by {@code equals}
 */
final class Topics<O> {
  private final Map<String, Topic<O>> topics = new ConcurrentHashMap<>();
  private final AtomicInteger losses = new AtomicInteger();
  private volatile boolean everHeld;

  private static final class Topic<O> {
    final ReentrantLock lock = new ReentrantLock();
    final Set<O> subscribers = ConcurrentHashMap.newKeySet();
    volatile boolean held; // the upstream has agreed
    volatile boolean removed;
  }

  /** Asks the upstream; true when it agreed. */
  @FunctionalInterface
  interface Asking {
    boolean ask() throws UpstreamException, IOException, InterruptedException;
  }

  /**
   * Subscribes a client.
   *
   * @param upstream asked when it is the first one
   * @return whether the client is subscribed
   */
  boolean subscribe(String uri, O client, Asking upstream)
      throws UpstreamException, IOException, InterruptedException {
    while (true) {
      int lossesBefore = losses.get();
      Topic<O> topic = topics.computeIfAbsent(uri, newcomer -> new Topic<>());
      topic.lock.lockInterruptibly();
      try {
        if (topic.removed) {
          continue;
        }
        boolean asks = !topic.held;
        boolean agreed = !asks;
        everHeld = true;
        topic.subscribers.add(client); // before the answer: an update may overtake it
        try {
          agreed = agreed || upstream.ask();
        } finally {
          topic.held = agreed;
          if (!agreed) {
            topic.subscribers.remove(client);
            removeIfEmpty(uri, topic);
          }
        }
        if (!agreed || losses.get() == lossesBefore) {
          return agreed;
        }
        topic.held &= !asks; // what was asked may have been forgotten meanwhile
      } finally {
        topic.lock.unlock();
      }
    }
  }

  /**
   * Ends a client's subscription, if it has one.
   *
   * @param upstream asked when it was the last one; whatever it answers, nobody is subscribed
   */
  void unsubscribe(String uri, O client, Asking upstream)
      throws UpstreamException, IOException, InterruptedException {
    Topic<O> topic = topics.get(uri);
    if (topic == null) {
      return;
    }
    topic.lock.lockInterruptibly();
    try {
      if (topic.subscribers.remove(client) && topic.subscribers.isEmpty()) {
        try {
          upstream.ask();
        } finally {
          removeIfEmpty(uri, topic); // afterwards: who comes meanwhile waits for the lock
        }
      }
    } finally {
      topic.lock.unlock();
    }
  }

  private void removeIfEmpty(String uri, Topic<O> topic) {
    if (topic.subscribers.isEmpty()) {
      topic.removed = true;
      topics.remove(uri, topic);
    }
  }

  /**
   * The upstream has forgotten all subscriptions but these.
   *
   * @return who has lost which
   */
  Map<O, List<String>> keepOnly(Set<String> uris) {
    losses.incrementAndGet();
    Map<O, List<String>> lost = new HashMap<>();
    topics.forEach(
        (uri, topic) -> {
          if (topic.held && !uris.contains(uri) && topics.remove(uri, topic)) {
            topic.removed = true;
            for (O client : topic.subscribers) {
              lost.computeIfAbsent(client, first -> new ArrayList<>()).add(uri);
            }
          }
        });
    return lost;
  }

  /** Who has subscribed to exactly this resource. */
  Set<O> subscribers(@Nullable String uri) {
    Topic<O> topic = uri == null ? null : topics.get(uri);
    return topic == null ? Set.of() : Set.copyOf(topic.subscribers);
  }

  /** What a client has subscribed to. */
  List<String> of(O client) {
    List<String> uris = new ArrayList<>();
    topics.forEach(
        (uri, topic) -> {
          if (topic.subscribers.contains(client)) {
            uris.add(uri);
          }
        });
    return uris;
  }

  /** Whether anybody ever wanted to subscribe to anything. */
  boolean wereEverHeld() {
    return everHeld;
  }
}
