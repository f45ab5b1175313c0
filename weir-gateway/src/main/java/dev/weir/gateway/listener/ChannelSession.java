package dev.weir.gateway.listener;

import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.call.StandingStream;
import dev.weir.gateway.journal.Caller;
import dev.weir.gateway.journal.Journal;
import dev.weir.gateway.journal.Note;
import dev.weir.gateway.journal.TraceHead;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.Answer;
import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One client over a {@link ClientChannel}. Its session begins with an initialize and ends with the
 * channel, as the channel ends with it; requests of the modern era need none, and go to the {@link
 * ModernChannel}.
 *
 * <p>Threads: {@link #run} reads, on its caller's thread, and sees to what is to be done in the
 * order in which it came: initialize, notifications, answers to questions of the server. Each
 * request has a virtual thread of its own, from its first byte to its last. What belongs to no
 * request is written by the thread of the standing stream.
 *
 * <p>Streams of the upstream end here, event ids and all: where it closes one and wants to be asked
 * again, {@link ResumingCall} asks, since on this wire the client cannot.
 *
 * <p>The client leaves by closing its connection. That is the end of the session, and of the calls
 * in flight with it: there is no way back to it.
 */
final class ChannelSession {
  /** Requests of one connection that may be in flight; on HTTP each has a connection. */
  private static final int MAX_IN_FLIGHT = 1_000;

  private final SessionRegistry registry;
  private final Guard guard;
  private final Journal journal;
  private final Entrance entrance;
  private final ClientChannel channel;
  private final BooleanSupplier draining;
  private final ModernChannel modern;
  private final Map<RequestId, Call> calls = new ConcurrentHashMap<>();
  private volatile @Nullable ClientSession session;
  private volatile boolean initializing;
  private @Nullable StandingStream standing;

  /**
   * @param draining whether no new request is let through any more
   */
  ChannelSession(
      SessionRegistry registry,
      ModernCalls modern,
      Journal journal,
      Entrance entrance,
      ClientChannel channel,
      BooleanSupplier draining) {
    this.registry = registry;
    this.guard = modern.guard();
    this.journal = journal;
    this.entrance = entrance;
    this.channel = channel;
    this.draining = draining;
    this.modern = new ModernChannel(modern, journal, entrance, channel, draining);
  }

  /** Serves the client until it leaves, or its session ends. */
  void run() throws InterruptedException {
    try {
      boolean more = true;
      while (more) {
        try {
          Messages.Read read = channel.read();
          more = read != null;
          if (read != null) {
            take(read);
          }
        } catch (MalformedMessageException e) {
          String why = String.valueOf(e.getMessage());
          refuse(new Refusal(400, e.code(), "malformed", why, Map.of()), null, e.id());
        }
      }
    } catch (IOException e) {
      // The client has left.
    } finally {
      end();
    }
  }

  /** Whether the client has a session, or needs none. */
  boolean isOpen() {
    return session != null || modern.isUsed();
  }

  /** Requests whose answers have not been written. */
  int inFlight() {
    return calls.size() + modern.inFlight();
  }

  /** Whether it has not begun, nor is about to. */
  boolean isUnused() {
    return !initializing && !isOpen();
  }

  private void end() {
    channel.close();
    StandingStream stream = standing;
    if (stream != null) {
      stream.close();
    }
    calls.values().forEach(call -> call.leaving.left());
    modern.end();
    ClientSession opened = session;
    if (opened != null) {
      registry.end(opened, SessionRegistry.End.LEFT);
    }
  }

  private void take(Messages.Read read) throws IOException, InterruptedException {
    ClientSession current = session;
    ProtocolVersion version = current == null ? null : current.version();
    if (read.batch() && (version == null || !version.hasBatches())) {
      refuse(Refusal.badRequest("batches exist in protocol version 2025-03-26 only"), null, null);
      return;
    }
    for (Envelope message : read.messages()) {
      if (modern.take(message)) {
        continue;
      }
      if (current == null) {
        beforeSession(message);
      } else if (message.isRequest()) {
        request(message, current);
      } else {
        send(message, current);
      }
    }
  }

  private void beforeSession(Envelope message) throws IOException, InterruptedException {
    if (message.isRequest() && message.is("initialize")) {
      initializing = true;
      try {
        initialize(message);
      } finally {
        initializing = false;
      }
    } else if (message.isRequest() && message.is("ping")) {
      channel.write(Messages.result(Objects.requireNonNull(message.id()), "{}"));
    } else if (message.isRequest()) {
      refuse(Refusal.badRequest("initialize comes first"), message);
    }
  }

  private void initialize(Envelope request) throws IOException, InterruptedException {
    if (draining.getAsBoolean()) {
      refuse(Refusal.busy("the gateway is shutting down"), request);
      return;
    }
    try (Note note = journal.begin(request, caller(null))) {
      ClientSession opened;
      try {
        guard.begin(entrance.identity(), entrance.path()).close();
        opened = registry.open(entrance.path(), entrance.identity());
      } catch (UpstreamException e) {
        write(Refusal.of(e).toMessage(request.id()), note);
        return;
      }
      note.joined(opened.id());
      boolean initialized = false;
      try {
        initialized = new Call(request, opened).run(note);
      } finally {
        if (!initialized) {
          registry.end(opened, SessionRegistry.End.REFUSED);
        }
      }
      if (initialized) {
        session = opened;
        opened.whenClosed(channel::close);
      }
    }
  }

  private void request(Envelope request, ClientSession current) throws IOException {
    RequestId id = Objects.requireNonNull(request.id());
    if (request.is("initialize")) {
      refuse(Refusal.badRequest("this session is initialized already"), request);
    } else if (draining.getAsBoolean()) {
      refuse(Refusal.busy("the gateway is shutting down"), request);
    } else {
      begin(id, new Call(request, current));
    }
  }

  private void begin(RequestId id, Call call) throws IOException {
    Refusal refusal = refuseBeyond(calls.size());
    if (refusal == null && calls.putIfAbsent(id, call) != null) {
      refusal = inUse(id);
    }
    if (refusal != null) {
      refuse(refusal, call.request);
    } else {
      Thread.ofVirtual().name(channel.describe()).start(() -> answer(id, call));
    }
  }

  /** Why there is no room for another request; null where there is. */
  static @Nullable Refusal refuseBeyond(int inFlight) {
    String why = "%,d requests of this connection are in flight; wait for their answers";
    return inFlight < MAX_IN_FLIGHT ? null : Refusal.busy(why.formatted(MAX_IN_FLIGHT));
  }

  static Refusal inUse(RequestId id) {
    return Refusal.badRequest("request id " + id + " is in use by a request in flight");
  }

  private void answer(RequestId id, Call call) {
    try (Note note = journal.begin(call.request, caller(call.to))) {
      call.run(note);
    } catch (IOException e) {
      channel.close(); // the client does not read any more
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      calls.remove(id, call);
    }
  }

  private void send(Envelope message, ClientSession current) throws InterruptedException {
    RequestId cancelled = message.cancelledId();
    Call named = cancelled == null ? null : calls.get(cancelled);
    if (named != null) {
      named.cancelled = true;
    }
    try {
      guard.over(current, entrance.principal()).send(message);
      if (message.is("notifications/initialized") && standing == null) {
        standing = new StandingStream(current, this::tell);
      }
    } catch (UpstreamSessionLostException e) {
      channel.close(); // there is no answer to say it with
    } catch (UpstreamException e) {
      // Nobody waits for an answer; the next request will hear of it.
    }
  }

  private void tell(Envelope message) {
    try {
      channel.write(message);
    } catch (IOException e) {
      channel.close();
    }
  }

  private void refuse(Refusal refusal, Envelope message) throws IOException {
    refuse(refusal, message, message.id());
  }

  private void refuse(Refusal refusal, @Nullable Envelope message, @Nullable RequestId id)
      throws IOException {
    try (Note note = journal.begin(message, caller(null))) {
      write(refusal.toMessage(id), note);
    }
  }

  private void write(Envelope message, Note note) throws IOException {
    note.sent(message);
    channel.write(message);
  }

  private Caller caller(@Nullable ClientSession within) {
    ProtocolVersion version = within == null ? null : within.version();
    return new Caller(
        entrance.path(),
        entrance.identity(),
        entrance.wire(),
        Era.LEGACY,
        within == null ? null : within.id(),
        version == null ? null : version.wire(),
        TraceHead.NONE);
  }

  /** One request of the client. */
  private final class Call implements Answer.Exchange {
    private final Envelope request;
    private final ClientSession to;
    private final Leaving leaving = new Leaving();
    private volatile boolean cancelled;
    private Note note = Note.NONE;

    Call(Envelope request, ClientSession to) {
      this.request = request;
      this.to = to;
    }

    /** Passes it on and writes what comes back. True when that was a result. */
    boolean run(Note told) throws IOException, InterruptedException {
      note = told;
      var call =
          new ResumingCall(
              guard.over(to, entrance.principal()),
              this,
              message -> message,
              () -> cancelled || leaving.hasLeft());
      try (Answer answer = call.run(request)) {
        if (!(answer instanceof Answer.Response response)
            || !(response.event().message() instanceof Envelope message)) {
          return false; // cancelled: it has no answer
        }
        write(message);
        return message.kind() == Envelope.Kind.RESULT;
      } catch (UpstreamException e) {
        write(Refusal.toMessage(e, Objects.requireNonNull(request.id())));
        if (e instanceof UpstreamSessionLostException) {
          channel.close();
        }
        return false;
      }
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      if (event.message() != null) {
        write(event.message());
      }
    }

    private void write(Envelope message) throws IOException {
      ChannelSession.this.write(message, note);
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      leaving.whenLeft(action);
    }
  }
}
