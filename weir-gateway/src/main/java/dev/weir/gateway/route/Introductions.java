package dev.weir.gateway.route;

import dev.weir.gateway.call.JsonText;
import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.call.StandingStream;
import dev.weir.gateway.route.Catalogue.Audience;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the members of an aggregate and its client get to know each other: each is shaken hands with
 * by the client's own initialize, and told that it is initialized; who is slow, or takes part only
 * since a reload, joins later, and the client is told that its lists have changed.
 *
 * <p>Thread-safe. Who is told is decided by {@link Member#toBeToldInitialized}, which is true once:
 * the client's word is kept in {@code initialized} before the look at who is ready, and who becomes
 * ready looks there afterwards. Who is shaken hands with by {@link Member#toBeIntroduced} likewise:
 * {@code hello} is kept before the look at who is there, and who joins looks there afterwards.
 */
final class Introductions implements AutoCloseable, AggregateMembers.Hosts {
  /** What a client declares is kept as a key. */
  private static final int LONGEST_CLIENT = 8192;

  private final List<Member> members;
  private final MemberTraffic traffic;
  private final AggregateLists lists;
  private final Catalogue catalogue;
  private final String caller;
  private final Duration patience;
  private final Consumer<Kind> tellChanged;
  private final Map<Member, StandingStream> standing = new ConcurrentHashMap<>();
  private volatile @Nullable Envelope hello;
  private volatile @Nullable String version;
  private volatile @Nullable Envelope initialized;

  /**
   * @param caller the key of the identity whose conversation it is
   * @param patience how long a member is waited for where others have answered
   * @param tellChanged tells the client that a list has changed
   */
  Introductions(
      List<Member> members,
      MemberTraffic traffic,
      AggregateLists lists,
      Catalogue catalogue,
      String caller,
      Duration patience,
      Consumer<Kind> tellChanged) {
    this.members = members;
    this.traffic = traffic;
    this.lists = lists;
    this.catalogue = catalogue;
    this.caller = caller;
    this.patience = patience;
    this.tellChanged = tellChanged;
  }

  /**
   * Shakes hands with all. Who is slow is taken at the word that it gave to others who said the
   * same, and joins when it has answered; where nobody has a word yet, the first to answer is
   * waited for.
   *
   * @return the result that all of theirs come to; null where nobody answered
   */
  @Nullable String initialize(Envelope request) throws InterruptedException {
    Audience audience = audience(request);
    lists.belongTo(audience);
    hello = request; // before the look at who is there: who joins looks here
    List<CompletableFuture<Envelope>> handshakes = new ArrayList<>();
    for (Member member : members) {
      if (member.toBeIntroduced()) {
        member.expect(audience == null ? null : catalogue.handshake(member.name(), audience));
        handshakes.add(introduce(member, request, audience));
      }
    }
    Gather.await(handshakes, patience);
    if (introduced().isEmpty()) {
      Gather.awaitFirst(handshakes);
    }
    List<Member> willing = introduced();
    if (willing.isEmpty()) {
      return null;
    }
    String merged = Handshakes.merge(willing);
    version = JsonText.string(merged, "protocolVersion");
    return merged;
  }

  private CompletableFuture<Envelope> introduce(
      Member member, Envelope request, @Nullable Audience audience) {
    // Held, so that one that leaves at once does not break off: nobody else would hear of it.
    boolean held = member.tryHold();
    return Gather.begin(member, one -> shakeHands(one, request))
        .whenComplete((result, failure) -> shookHands(member, audience, result, failure))
        .whenComplete(
            (_, _) -> {
              if (held) {
                member.release();
              }
            });
  }

  /** Until it has answered, it is taken at the word of the one whose place it takes. */
  @Override
  public void joined(Member member, @Nullable Member instead) {
    if (instead != null) {
      end(instead);
    }
    Envelope said = hello;
    if (said != null && member.toBeIntroduced()) {
      member.expect(instead == null ? null : instead.introduction());
      var _ = introduce(member, said, audience(said));
    }
  }

  @Override
  public void left(Member member) {
    end(member);
    tellChanged(member.introduction());
  }

  @Override
  public void shownOtherwise(Member member) {
    tellChanged(member.introduction());
  }

  private void end(Member member) {
    StandingStream stream = standing.remove(member);
    if (stream != null) {
      stream.close();
    }
  }

  /**
   * Tells the client, once it is initialized, that what a server of this handshake lists changed.
   */
  private void tellChanged(@Nullable Envelope handshake) {
    if (initialized != null) {
      for (Kind kind : Kind.values()) {
        if (kind != Kind.TEMPLATES && Member.can(handshake, kind.capability)) {
          tellChanged.accept(kind);
        }
      }
    }
  }

  private List<Member> introduced() {
    return members.stream().filter(member -> member.introduction() != null).toList();
  }

  /** Who hears the same of an upstream; null for a client that says more than it should keep. */
  private @Nullable Audience audience(Envelope initialize) {
    String client = initialize.protocolVersion() + initialize.member("capabilities");
    return client.length() > LONGEST_CLIENT ? null : new Audience(caller, client);
  }

  private Envelope shakeHands(Member member, Envelope request)
      throws UpstreamException, IOException, InterruptedException {
    return Gather.resultOf(
        new ResumingCall(member.session(), traffic.unasked(member), message -> message, () -> false)
            .run(request));
  }

  private void shookHands(
      Member member,
      @Nullable Audience audience,
      @Nullable Envelope result,
      @Nullable Throwable failure) {
    String agreed = version;
    String its = result == null ? null : result.protocolVersion();
    if (result == null || failure != null) {
      refused(member, failure == null ? new IOException("no answer") : failure);
    } else if (agreed != null && its != null && its.compareTo(agreed) < 0) {
      String text = "speaks version %s only, and this session has agreed on %s";
      refused(member, new IOException(text.formatted(its, agreed)));
    } else {
      member.shookHands(result);
      if (audience != null) {
        catalogue.shookHands(member.name(), audience, result);
      }
    }
    Envelope message = initialized;
    if (message != null && member.handshake() != null) {
      join(member, message);
    }
  }

  private void refused(Member member, Throwable why) {
    Envelope expected = member.introduction();
    member.refused(why);
    tellChanged(expected);
    traffic.leftOut(member, why);
  }

  /** A member that was not ready when the client was is told now, and the client of it. */
  private void join(Member member, Envelope message) {
    try {
      if (tellInitialized(member, message)) {
        tellChanged(member.handshake());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells all who are ready that the client is. */
  void initialized(Envelope message) throws InterruptedException {
    initialized = message; // before the look at who is ready: who is later looks here
    for (Member member : members) {
      if (member.handshake() != null) {
        var _ = tellInitialized(member, message);
      }
    }
  }

  /** True when it had not been told. */
  private boolean tellInitialized(Member member, Envelope message) throws InterruptedException {
    if (!member.toBeToldInitialized()) {
      return false;
    }
    traffic.tell(member, message);
    if (member.session().hasStreams()) {
      standing.put(
          member, new StandingStream(member.session(), told -> traffic.deliver(member, told)));
    }
    return true;
  }

  /** Ends the standing streams. */
  @Override
  public void close() {
    standing.values().forEach(StandingStream::close);
  }
}
