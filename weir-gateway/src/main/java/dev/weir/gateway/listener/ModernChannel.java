package dev.weir.gateway.listener;

import dev.weir.gateway.journal.Caller;
import dev.weir.gateway.journal.Journal;
import dev.weir.gateway.journal.Note;
import dev.weir.gateway.journal.TraceHead;
import dev.weir.mcp.ClientChannel;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests of the modern era over a {@link ClientChannel} (2026-07-28, Transports, "stdio", whose
 * rules hold for other streams of messages, too). Each stands for itself, whatever else its client
 * does on the same channel; answers come in any order; {@code notifications/cancelled} takes a
 * request back, after which nothing more is said of it.
 *
 * <p>{@link #take} and {@link #end} run on the thread that reads the channel; each request has a
 * virtual thread of its own, from its first byte to its last.
 */
final class ModernChannel {
  private final ModernCalls service;
  private final Journal journal;
  private final Entrance entrance;
  private final ClientChannel channel;
  private final BooleanSupplier draining;
  private final Map<RequestId, Call> calls = new ConcurrentHashMap<>();
  private volatile boolean used;

  /**
   * @param draining whether no new request is let through any more
   */
  ModernChannel(
      ModernCalls service,
      Journal journal,
      Entrance entrance,
      ClientChannel channel,
      BooleanSupplier draining) {
    this.service = service;
    this.journal = journal;
    this.entrance = entrance;
    this.channel = channel;
    this.draining = draining;
  }

  /** Whether there was a request of this era: its client is one that needs no session. */
  boolean isUsed() {
    return used;
  }

  /** Requests whose answers have not been written. */
  int inFlight() {
    return calls.size();
  }

  /** Sees to a message if it is of this era; true if it was. */
  boolean take(Envelope message) throws IOException {
    if (message.isRequest() && message.metaVersion() != null) {
      used = true;
      begin(message);
      return true;
    }
    RequestId cancelled = message.cancelledId();
    Call named = cancelled == null ? null : calls.remove(cancelled);
    if (named == null) {
      return false;
    }
    named.leaving.left();
    return true;
  }

  private void begin(Envelope request) throws IOException {
    RequestId id = Objects.requireNonNull(request.id());
    Refusal refusal = ChannelSession.refuseBeyond(calls.size());
    Call call = new Call(request);
    if (refusal == null && calls.putIfAbsent(id, call) != null) {
      refusal = ChannelSession.inUse(id);
    }
    if (refusal != null) {
      call.refuse(refusal);
    } else {
      Thread.ofVirtual().name(channel.describe()).start(call);
    }
  }

  /** The client has left. */
  void end() {
    calls.values().forEach(call -> call.leaving.left());
  }

  /** One request of the client, and where what comes before its answer goes. */
  private final class Call implements Runnable, UpstreamTransport.StreamSink {
    private final Envelope request;
    private final RequestId id;
    private final Leaving leaving = new Leaving();
    private Note note = Note.NONE;

    Call(Envelope request) {
      this.request = request;
      this.id = Objects.requireNonNull(request.id());
    }

    @Override
    public void run() {
      try (Note begun = begin()) {
        note = begun;
        Envelope answer = answer();
        if (!leaving.hasLeft()) {
          write(answer);
        }
      } catch (IOException e) {
        channel.close(); // the client does not read any more
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        calls.remove(id, this);
      }
    }

    private Note begin() {
      return journal.begin(
          request,
          new Caller(
              entrance.path(),
              entrance.identity(),
              entrance.wire(),
              Era.MODERN,
              null,
              null,
              TraceHead.NONE));
    }

    void refuse(Refusal refusal) throws IOException {
      try (Note begun = begin()) {
        note = begun;
        write(refusal.toMessage(id));
      }
    }

    private Envelope answer() throws InterruptedException {
      try {
        // No header fields here: the body says all.
        return service
            .answer(
                request,
                _ -> {},
                entrance.path(),
                entrance.principal(),
                draining.getAsBoolean(),
                this)
            .message();
      } catch (IOException e) {
        // Taken back, or the channel is broken: then there is nobody to read this.
        return Messages.error(
            id, JsonRpcError.INTERNAL_ERROR, String.valueOf(e.getMessage()), null);
      }
    }

    @Override
    public void opened() {
      // The first event says it.
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      if (leaving.hasLeft()) {
        throw new IOException("the client has taken the request back");
      }
      if (event.message() != null) {
        write(event.message());
      }
    }

    private void write(Envelope message) throws IOException {
      note.sent(message);
      channel.write(message);
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      leaving.whenLeft(action);
    }

    @Override
    public @Nullable String protocolVersion(@Nullable String agreed) {
      return request.metaVersion();
    }
  }
}
