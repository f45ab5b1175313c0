package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Identity;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part in one aggregate conversation. A session is opened on each upstream; one that
 * cannot be opened is left out, one that is lost leaves, and when the configuration has changed
 * some leave and others join ({@link #follow}).
 *
 * <p>Thread-safe. {@code taking} may be read at any time and is changed one write at a time: where
 * one member takes the place of another, no call finds neither. Who leaves is out of {@code taking}
 * before it may end, and ends when its last call has: a call that finds that it has ended looks
 * again, and finds another. {@code changing} is held while sessions are opened, so that one change
 * follows the other; whoever finds a member lost does not wait for it.
 */
final class AggregateMembers {
  private static final System.Logger LOG = System.getLogger(AggregateMembers.class.getName());
  private static final Duration END_BOUND = Duration.ofMinutes(1);

  private final String path;
  private final Identity caller;
  private final Way way;
  private final List<Member> taking = new CopyOnWriteArrayList<>();
  private final Set<Member> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock changing = new ReentrantLock();
  private boolean closed;

  /** Where what the members send on their own goes. */
  interface Way {
    void deliver(Member from, Envelope message);

    boolean isListening();

    /** See {@link ClientOutlet#clients}. */
    List<String> clients();

    void lost(Member member);
  }

  /** What is done with those who come and go. */
  interface Hosts {
    /** It takes part from now on, in the place of another or of none. */
    void joined(Member member, @Nullable Member instead);

    /** It takes part no more, and nothing came in its place. */
    void left(Member member);

    /** Something else is shown of it. */
    void shownOtherwise(Member member);
  }

  /**
   * @param path of the route, for people
   */
  AggregateMembers(String path, Identity caller, Way way) {
    this.path = path;
    this.caller = caller;
    this.way = way;
  }

  /** Those that take part now, in order. Live. */
  List<Member> taking() {
    return taking;
  }

  /**
   * Opens a session on each upstream.
   *
   * @return why one could not be opened, if nobody takes part
   */
  @Nullable UpstreamException open(List<Part> parts) throws InterruptedException {
    UpstreamException failure = null;
    for (Part part : parts) {
      try {
        taking.add(begin(part));
      } catch (UpstreamException e) {
        failure = leftOut(e);
      }
    }
    return taking.isEmpty() ? failure : null;
  }

  private UpstreamException leftOut(UpstreamException why) {
    LOG.log(System.Logger.Level.WARNING, "left out of " + path + ": " + why.getMessage());
    return why;
  }

  private Member begin(Part part) throws UpstreamException, InterruptedException {
    var outlet = new MemberOutlet();
    var member = new Member(part, part.leases().lease(caller, outlet), open::remove);
    open.add(member);
    outlet.member = member;
    return member;
  }

  /** Those of these parts take part from now on, and nobody else. */
  void follow(List<Part> parts, Hosts hosts) throws InterruptedException {
    changing.lock();
    try {
      if (closed) {
        return;
      }
      List<String> order = parts.stream().map(Part::upstream).toList();
      for (Part part : parts) {
        follow(part, hosts);
      }
      for (Member member : taking) {
        if (!order.contains(member.name())) {
          leave(member);
          hosts.left(member);
        }
      }
      taking.sort(Comparator.comparingInt(member -> order.indexOf(member.name())));
    } finally {
      changing.unlock();
    }
  }

  private void follow(Part part, Hosts hosts) throws InterruptedException {
    Member now = find(part.upstream());
    if (now != null && now.isOn(part.leases())) {
      if (now.show(part)) {
        hosts.shownOtherwise(now);
      }
      return;
    }
    Member next;
    try {
      next = begin(part);
    } catch (UpstreamException e) {
      leftOut(e);
      if (now != null) {
        leave(now);
        hosts.left(now);
      }
      return;
    }
    taking.replaceAll(member -> member == now ? next : member);
    if (!taking.contains(next)) {
      taking.add(next);
    }
    hosts.joined(next, now);
    if (now != null) {
      leave(now);
    }
  }

  private @Nullable Member find(String upstream) {
    return taking.stream()
        .filter(member -> member.name().equals(upstream))
        .findFirst()
        .orElse(null);
  }

  private void leave(Member member) {
    taking.remove(member);
    member.leave();
  }

  /** It cannot be used any more. True where it was the last. */
  boolean lost(Member member) {
    boolean took = taking.remove(member);
    if (took) {
      LOG.log(
          System.Logger.Level.WARNING,
          "upstream \"" + member.name() + "\" left an aggregate session");
    }
    member.end();
    return took && taking.isEmpty();
  }

  /** Ends all sessions, also of those that have left and still have calls. Waits for it. */
  void close() {
    changing.lock();
    try {
      closed = true;
    } finally {
      changing.unlock();
    }
    // At once, so that several processes that take their time end beside each other.
    List<Thread> ending = new ArrayList<>();
    for (Member member : open) {
      ending.add(Thread.startVirtualThread(() -> member.session().close()));
    }
    try {
      for (Thread thread : ending) {
        thread.join(END_BOUND);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes what a member sends on its own to the conversation. */
  private final class MemberOutlet implements ClientOutlet {
    private volatile @Nullable Member member;

    private void with(Consumer<Member> what) {
      Member from = member;
      // Before the handshake nothing of a server's own is due.
      if (from != null) {
        what.accept(from);
      }
    }

    @Override
    public void deliver(Envelope message) {
      with(from -> way.deliver(from, message));
    }

    @Override
    public boolean isListening() {
      return way.isListening();
    }

    @Override
    public List<String> clients() {
      return way.clients();
    }

    @Override
    public void upstreamEnded() {
      with(way::lost);
    }
  }
}
