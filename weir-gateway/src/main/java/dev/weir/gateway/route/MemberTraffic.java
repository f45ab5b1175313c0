package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.lease.AskTable;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What goes to and fro between one client and the members of its aggregate. Requests keep the
 * client's ids; questions of servers get ids from the {@link AskTable}, since those of several may
 * be the same.
 *
 * <p>Thread-safe. A member that fails is left out of what it fails in.
 */
final class MemberTraffic {
  private static final System.Logger LOG = System.getLogger(MemberTraffic.class.getName());

  private final ClientOutlet outlet;
  private final List<Member> members;
  private final AggregateLists lists;
  private final AskTable<Member> asks = new AskTable<>();
  private final Map<RequestId, Member> running = new ConcurrentHashMap<>();
  private final Set<RequestId> cancelledIds = ConcurrentHashMap.newKeySet();

  /**
   * @param members those that are not lost; changed elsewhere
   * @param lists hears what the members say has changed
   */
  MemberTraffic(ClientOutlet outlet, List<Member> members, AggregateLists lists) {
    this.outlet = outlet;
    this.members = members;
    this.lists = lists;
  }

  /** Asks one member, when it is ready, and keeps in mind whom a cancellation would be for. */
  Answer ask(Member member, Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    member.awaitReady();
    return askAtOnce(member, request, client);
  }

  /** The same, ready or not. */
  Answer askAtOnce(Member member, Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    running.put(id, member);
    member.used();
    try {
      return new ResumingCall(
              member.session(),
              client,
              message -> outward(member, message),
              () -> cancelledIds.contains(id))
          .run(request);
    } catch (UpstreamSessionLostException e) {
      throw lostToAll(e);
    } finally {
      running.remove(id);
    }
  }

  /** The request has been answered, by whomever. */
  void answered(RequestId id) {
    cancelledIds.remove(id);
  }

  /** Takes what belongs to one member: a response, a cancellation. False for anything else. */
  boolean take(Envelope message) throws UpstreamException, InterruptedException {
    if (message.isResponse()) {
      AskTable.Ask<Member> ask = asks.take(message.id());
      if (ask != null) {
        pass(ask.asker(), message.withId(ask.id()));
      }
      return true;
    }
    RequestId cancelled = message.cancelledId();
    if (cancelled == null) {
      return false;
    }
    Member member = running.remove(cancelled);
    if (member != null) {
      cancelledIds.add(cancelled);
      pass(member, message);
    }
    return true;
  }

  private void pass(Member member, Envelope message)
      throws UpstreamException, InterruptedException {
    try {
      member.session().send(message);
    } catch (UpstreamSessionLostException e) {
      throw lostToAll(e);
    }
  }

  /**
   * One member that is lost for good is no reason to end the session as long as there are others.
   */
  private UpstreamException lostToAll(UpstreamSessionLostException lost) {
    return members.isEmpty()
        ? lost
        : new UpstreamUnavailableException(String.valueOf(lost.getMessage()), lost);
  }

  /** Tells one member what all are told. */
  void tell(Member member, Envelope message) throws InterruptedException {
    try {
      member.session().send(message);
    } catch (UpstreamException e) {
      leftOut(member, e);
    }
  }

  /** A message of a member that belongs to no request of the client. */
  void deliver(Member member, Envelope message) {
    if (message.method() != null) {
      lists.changed(member, message.method());
    }
    Envelope seen = outward(member, message);
    if (seen != null) {
      outlet.deliver(seen);
    }
  }

  private @Nullable Envelope outward(Member member, Envelope message) {
    if (message.isRequest()) {
      return message.withId(asks.add(member, Objects.requireNonNull(message.id())));
    }
    RequestId cancelled = message.cancelledId();
    if (cancelled != null) {
      RequestId known = asks.outward(member, cancelled);
      return known == null ? null : message.withCancelledId(known);
    }
    return message.isResponse() ? null : message;
  }

  /** Says why a member has no part in an answer; null for no reason to. */
  void leftOut(Member member, @Nullable Throwable cause) {
    if (cause != null) {
      LOG.log(
          System.Logger.Level.WARNING,
          "upstream \"" + member.name() + "\" left out of an answer: " + cause.getMessage());
    }
  }

  /** Takes what comes before an answer that no request of the client waits for. */
  Answer.Exchange unasked(Member member) {
    return new Unasked(member);
  }

  private final class Unasked implements Answer.Exchange {
    private final Member member;

    Unasked(Member member) {
      this.member = member;
    }

    @Override
    public void event(ServerEvent event) {
      if (event.message() != null) {
        deliver(member, event.message());
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // Nobody can leave.
    }
  }
}
