package dev.weir.gateway.session;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.route.Route;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One conversation of an MCP client with the gateway.
 *
 * <p>States: opening → open → retired → ended, or straight to ended. {@link #begin} opens it once,
 * {@link #close} ends it once; both belong to the {@link SessionRegistry}. Any number of requests
 * run at once, each on the thread of its HTTP connection.
 *
 * <p>Retired: the reaper found it expired, or another needs its place ({@link SessionLife}).
 *
 * <p>Where the upstream has streams of its own, events and their ids pass one to one. Otherwise the
 * session numbers its own events and keeps the last of them, so that a client whose connection
 * broke can come back for the rest, the answer included.
 */
public final class ClientSession implements Conversation, ClientOutlet {
  private final String id;
  private final String name;
  private final Identity identity;
  private final String path;
  private final Instant created;
  private final Ledger.Entry entry;
  private final Consumer<ClientSession> whenUpstreamEnds;
  private final SessionStreams streams = new SessionStreams();
  private final Map<RequestId, Call> inFlight = new ConcurrentHashMap<>();
  private final SessionLife life;
  private final AtomicInteger listening = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Set<Runnable> whenClosed = ConcurrentHashMap.newKeySet();
  private final ReentrantLock following = new ReentrantLock();
  private volatile @Nullable Conversation conversation;
  private volatile @Nullable Route route;
  private volatile @Nullable ProtocolVersion version;

  /**
   * A request that runs.
   *
   * @param method as its client wrote it
   * @param thread the id of the thread that carries it from here to the upstream
   * @param since of {@link System#nanoTime}
   */
  public record Call(String method, long thread, long since) {
    public Duration age() {
      return Duration.ofNanos(System.nanoTime() - since);
    }
  }

  /**
   * @param name for everybody's eyes
   * @param lifetimePart how much of the longest life this session gets
   * @param entry in the ledger; ends with the session
   */
  ClientSession(
      String id,
      String name,
      Identity identity,
      String path,
      Instant created,
      LongSupplier nanoTime,
      double lifetimePart,
      Ledger.Entry entry,
      Consumer<ClientSession> whenUpstreamEnds) {
    this.id = id;
    this.name = name;
    this.identity = identity;
    this.path = path;
    this.created = created;
    this.whenUpstreamEnds = whenUpstreamEnds;
    this.entry = entry;
    this.life = new SessionLife(nanoTime, lifetimePart, () -> !inFlight.isEmpty());
  }

  void begin(Route route) throws UpstreamException, InterruptedException {
    Conversation opened = route.open(identity, this);
    this.route = route;
    conversation = opened;
    if (closed.get()) {
      opened.close();
    }
  }

  /** Unguessable; a secret of the client. */
  public String id() {
    return id;
  }

  /** What it is called where people look: tells nothing, and opens nothing. */
  public String name() {
    return name;
  }

  @Override
  public List<String> clients() {
    return List.of(name);
  }

  /** Whose it is. */
  public Identity identity() {
    return identity;
  }

  /** The path of the route that it was opened on. */
  public String path() {
    return path;
  }

  public Instant created() {
    return created;
  }

  /** Whether the caller is who opened this session, on the route where it was opened. */
  boolean belongsTo(String path, Identity identity) {
    return this.path.equals(path) && this.identity.equals(identity);
  }

  /** What was agreed at initialize; null before, and for a version that Weir does not know. */
  public @Nullable ProtocolVersion version() {
    return version;
  }

  /** Requests that run now. */
  public int inFlight() {
    return inFlight.size();
  }

  /** The same, each. */
  public Collection<Call> calls() {
    return List.copyOf(inFlight.values());
  }

  /** Nanoseconds since the client last did something; zero while it waits for something. */
  public long idleNanos() {
    return life.idleNanos();
  }

  /**
   * Retires it if its client has been idle for too long, or if it is too old. A call in flight that
   * its client waits for vetoes the first, any call in flight the second. Or if its upstream was
   * replaced and its time there is up ({@link #endWithin}).
   *
   * @return why it is to be ended now; null while it goes on
   */
  SessionRegistry.@Nullable End retireIfExpired(Duration idleTimeout, Duration maxLifetime) {
    return life.retireIfExpired(idleTimeout, maxLifetime);
  }

  /** Whether its conversation is on this route, or one that leads to the very same place. */
  boolean isOn(@Nullable Route now) {
    return now != null && now.equals(route);
  }

  /**
   * Goes on, on this route, which is at its path now. False where its conversation has to stay
   * where it began. One at a time, since a route may open what it takes over.
   */
  boolean follow(@Nullable Route now) {
    following.lock();
    try {
      if (isOn(now)) {
        return true;
      }
      boolean adopted = now != null && now.adopt(conversation());
      if (adopted) {
        route = now;
      }
      return adopted;
    } finally {
      following.unlock();
    }
  }

  /** See {@link SessionLife#endWithin}. */
  void endWithin(Duration time, Duration callsTime) {
    life.endWithin(time, callsTime);
  }

  /** Whether it may be ended for another, as long as nobody comes. */
  boolean isToGiveWay() {
    return life.isToGiveWay();
  }

  /** Retires it if it may be ended for another; false where somebody came first. */
  boolean retireToMakeRoom() {
    return life.retireToMakeRoom();
  }

  /** Ends it after less than the usual time in which its client does nothing. */
  public void mayBeIdle(Duration time) {
    life.mayBeIdle(time);
  }

  /**
   * Its client has what it came for, and may never come back: where there is no room for others,
   * this session is ended for them.
   */
  public void served() {
    life.served();
  }

  /** Its client has come back, so it lasts as long as others do, and gives way to nobody. */
  public void claimed() {
    life.claimed();
  }

  /** Runs the action when the session has ended; at once if it has already. */
  public void whenClosed(Runnable action) {
    whenClosed.add(action);
    if (closed.get() && whenClosed.remove(action)) {
      action.run();
    }
  }

  @Override
  public boolean hasStreams() {
    return conversation().hasStreams();
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    var call =
        new Call(
            String.valueOf(request.method()), Thread.currentThread().threadId(), System.nanoTime());
    if (inFlight.putIfAbsent(id, call) != null) {
      throw duplicate(id);
    }
    try (var attendance = life.new Attendance(client::whenClientLeaves)) {
      Answer answer =
          hasStreams()
              ? conversation().request(request, client)
              : requestWithOwnStream(request, client, attendance);
      learnVersion(request, answer);
      return answer;
    } finally {
      inFlight.remove(id);
    }
  }

  private Answer requestWithOwnStream(
      Envelope request, Answer.Exchange client, SessionLife.Attendance attendance)
      throws UpstreamException, IOException, InterruptedException {
    var stream = new CallStream(client, attendance);
    try {
      return stream.finish(conversation().request(request, stream));
    } finally {
      stream.end();
    }
  }

  private static UpstreamRejectedException duplicate(RequestId id) {
    String text = "request id " + id + " is in use by a request in flight of this session";
    return new UpstreamRejectedException(
        text,
        400,
        Map.of("Content-Type", "application/json"),
        Messages.error(id, JsonRpcError.INVALID_REQUEST, text, null).toBytes());
  }

  private void learnVersion(Envelope request, Answer answer) {
    if (request.is("initialize") && answer instanceof Answer.Response response) {
      Envelope result = response.event().message();
      String agreed = result == null ? null : result.protocolVersion();
      if (agreed != null) {
        version = ProtocolVersion.of(Era.LEGACY, agreed).orElse(null);
      }
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    life.touch();
    conversation().send(message);
  }

  /** Messages of the server that no call asked for and that went unread, because too many came. */
  public long droppedMessages() {
    return streams.standing().dropped();
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    try (var attendance = life.new Attendance(client::whenClientLeaves)) {
      listening.incrementAndGet();
      try {
        if (hasStreams()) {
          conversation().listen(lastEventId, client);
        } else {
          listenToOwnStream(lastEventId, client);
        }
      } finally {
        listening.decrementAndGet();
      }
    }
  }

  private void listenToOwnStream(@Nullable String lastEventId, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    var position =
        lastEventId == null
            ? new SessionStreams.Position(streams.standing(), null)
            : streams.find(lastEventId).orElseThrow(() -> unknownEvent());
    StreamLog log = position.log();
    if (!log.attach(lastEventId == null)) {
      throw new UpstreamRejectedException(
          "the session's standing stream is open already", 409, Map.of(), new byte[0]);
    }
    client.whenClientLeaves(log::expelReader);
    client.opened();
    log.pump(position.lastSequence(), client);
  }

  private static UpstreamRejectedException unknownEvent() {
    return new UpstreamRejectedException(
        "Last-Event-ID names no event that is kept: the stream has ended or is too long ago",
        400,
        Map.of(),
        new byte[0]);
  }

  /**
   * The same session for a stream that the gateway reads for itself: to listen there is nothing
   * that a client does or waits for.
   */
  public Conversation unattended() {
    return new Unattended();
  }

  /**
   * Counts a client as one that listens and waits, until it is closed, though the stream that it
   * listens to is read by the gateway.
   */
  public Waiting attend() throws UpstreamSessionLostException {
    var attendance = life.new Attendance(action -> {});
    listening.incrementAndGet();
    return () -> {
      if (!attendance.isOver()) {
        listening.decrementAndGet();
        attendance.close();
      }
    };
  }

  /** A client that waits. */
  public interface Waiting extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  public void deliver(Envelope message) {
    streams.standing().append(message);
  }

  @Override
  public boolean isListening() {
    return listening.get() > 0;
  }

  @Override
  public void upstreamEnded() {
    whenUpstreamEnds.accept(this);
  }

  private Conversation conversation() {
    return Objects.requireNonNull(conversation, "session has not begun");
  }

  /**
   * Ends the session, its streams, and the conversation behind it. Waits until the upstream's end
   * is done.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        for (Runnable action : whenClosed) {
          if (whenClosed.remove(action)) {
            action.run();
          }
        }
        streams.end();
        Conversation opened = conversation;
        if (opened != null) {
          opened.close();
        }
      } finally {
        entry.close();
      }
    }
  }

  private final class Unattended implements Conversation {
    @Override
    public Answer request(Envelope request, Answer.Exchange client)
        throws UpstreamException, IOException, InterruptedException {
      return ClientSession.this.request(request, client);
    }

    @Override
    public void send(Envelope message) throws UpstreamException, InterruptedException {
      ClientSession.this.send(message);
    }

    @Override
    public boolean hasStreams() {
      return ClientSession.this.hasStreams();
    }

    @Override
    public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
        throws UpstreamException, IOException, InterruptedException {
      if (hasStreams()) {
        conversation().listen(lastEventId, sink);
      } else {
        listenToOwnStream(lastEventId, sink);
      }
    }

    @Override
    public void close() {
      ClientSession.this.close();
    }
  }

  /**
   * The events of one call on a stream of the gateway's own: kept first, then written to the
   * client.
   */
  private final class CallStream implements Answer.Exchange {
    private final Answer.Exchange client;
    private final SessionLife.Attendance attendance;
    private @Nullable StreamLog log;

    CallStream(Answer.Exchange client, SessionLife.Attendance attendance) {
      this.client = client;
      this.attendance = attendance;
    }

    @Override
    public void event(ServerEvent event) {
      StreamLog current = log;
      if (current == null) {
        current = streams.openCall();
        log = current;
        if (version == ProtocolVersion.V2025_11_25) {
          // The client can come back from the first moment on; older clients choke on empty data.
          write(current.append(null));
        }
      }
      write(current.append(event.message()));
    }

    private void write(ServerEvent event) {
      if (attendance.isOver()) {
        return;
      }
      try {
        client.event(event);
      } catch (IOException e) {
        // The client is gone and may come back for the rest: leaving is not cancelling
        // (2025-11-25).
        attendance.close();
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // The upstream's wire has no streams, so leaving means nothing to it.
    }

    /** Gives the answer its place in the stream, if one has begun. */
    Answer finish(Answer answer) {
      StreamLog current = log;
      if (current == null || !(answer instanceof Answer.Response response)) {
        return answer;
      }
      ServerEvent placed = current.append(response.event().message());
      return new Answer.Response(placed, true, response.giveBack());
    }

    void end() {
      StreamLog current = log;
      if (current != null) {
        streams.endCall(current, attendance.isOver());
      }
    }
  }
}
