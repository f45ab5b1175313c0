package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with an object in this JVM.
 *
 * <p>Each request runs on a virtual thread of its own, as if it had gone over a wire, and the
 * thread that asked waits at its {@link Mailbox}. So what the object sends from any of its threads
 * reaches the client on the thread that asked; a cancel ends the request even when the object does
 * not heed it; and an interrupt meant for the object never hits its caller.
 *
 * <p>A request that nobody waits for any more is interrupted: {@code running} holds its thread from
 * before it starts until it has ended or was abandoned, whichever takes it out; what an abandoned
 * one answers after all is dropped. Interrupting one that is just ending does no harm, since the
 * thread serves nothing else.
 *
 * <p>Questions to the client: the asking thread registers a future, then looks at {@code closed};
 * closing sets {@code closed}, then completes what is registered. One of them sees the other.
 */
final class InProcessUpstream implements UpstreamTransport {
  private final String name;
  private final Correlator correlator;
  private final OpenConversations open;
  private final InProcessServer.Conversation server;

  private final Map<RequestId, Thread> running = new ConcurrentHashMap<>();
  private final Map<RequestId, CompletableFuture<Envelope>> asked = new ConcurrentHashMap<>();
  private final AtomicLong questions = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();

  private InProcessUpstream(
      String name, InProcessServer server, UpstreamListener listener, OpenConversations open) {
    this.name = name;
    this.correlator = new Correlator(name, listener, new ObjectWire());
    this.open = open;
    this.server = server.open(new Client(null));
  }

  static InProcessUpstream open(
      String name, InProcessServer server, UpstreamListener listener, OpenConversations open)
      throws UpstreamUnavailableException {
    InProcessUpstream upstream;
    try {
      upstream = new InProcessUpstream(name, server, listener, open);
    } catch (RuntimeException e) {
      throw new UpstreamUnavailableException(
          "upstream \"" + name + "\": its object refused a conversation: " + e, e);
    }
    open.add(upstream);
    return upstream;
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    return correlator.request(request, exchange);
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    correlator.send(message);
  }

  /** The object's side of the correlator. */
  private final class ObjectWire implements Correlator.Wire {
    @Override
    public long write(Envelope message) {
      if (message.isRequest()) {
        run(message, Objects.requireNonNull(message.id()));
      } else if (message.isResponse()) {
        var question = message.id() == null ? null : asked.remove(message.id());
        if (question != null) question.complete(message);
      } else {
        server.notification(message);
      }
      return 0;
    }

    @Override
    public void abandoned(RequestId id) {
      Thread thread = running.remove(id);
      if (thread != null) thread.interrupt();
    }
  }

  private void run(Envelope request, RequestId id) {
    Thread thread =
        Thread.ofVirtual()
            .name(name + " " + request.method() + " " + id)
            .unstarted(
                () -> {
                  Envelope answer = answer(request, id);
                  // Abandoned, it is nobody's, not even a later request's of the same id.
                  if (running.remove(id, Thread.currentThread())) correlator.received(answer);
                });
    running.put(id, thread);
    thread.start();
  }

  private Envelope answer(Envelope request, RequestId id) {
    try {
      Envelope answer = server.request(request, new Client(id));
      if (answer.isResponse()) return id.equals(answer.id()) ? answer : answer.withId(id);
      return failure(id, "answered with " + answer);
    } catch (InterruptedException _) {
      return failure(id, "was interrupted");
    } catch (RuntimeException | Error e) {
      return failure(id, "failed: " + e);
    }
  }

  private Envelope failure(RequestId id, String what) {
    String text = "upstream \"" + name + "\" " + what;
    return Messages.error(id, JsonRpcError.INTERNAL_ERROR, text, null);
  }

  /** The client as the object sees it; for one call, or without an id for the conversation. */
  private final class Client implements InProcessServer.Peer {
    private final @Nullable RequestId call;

    Client(@Nullable RequestId call) {
      this.call = call;
    }

    @Override
    public void notify(String method, @Nullable String params) {
      tell(Messages.notification(method, params));
    }

    @Override
    public Envelope ask(String method, @Nullable String params) throws InterruptedException {
      RequestId id = new RequestId("\"weir-" + questions.incrementAndGet() + "\"");
      CompletableFuture<Envelope> answer = new CompletableFuture<>();
      asked.put(id, answer);
      try {
        if (closed.get()) return failure(id, "was asked after its end");
        tell(Messages.request(id, method, params));
        return answer.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      } finally {
        asked.remove(id);
      }
    }

    private void tell(Envelope message) {
      if (closed.get()) return;
      if (call == null) correlator.unsolicited(message);
      else correlator.received(call, message);
    }
  }

  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink) throws UpstreamException {
    throw Streamless.refusal(name);
  }

  @Override
  public String describe() {
    return "an object in this process, " + correlator.inFlight() + " in flight";
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) return;
    correlator.end(new Correlator.Ending("the conversation was closed", null, true));
    asked.forEach((id, question) -> question.complete(failure(id, "was closed")));
    running.values().forEach(Thread::interrupt);
    try {
      server.close();
    } finally {
      open.remove(this);
    }
  }
}
