package dev.weir.mcp.internal.upstream;

import dev.weir.http.HttpReply;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.internal.codec.EventStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what comes after the head of one response, and passes on what comes before the answer as it
 * arrives. Runs on the thread of the request; while its client does not take an event, the upstream
 * is not read.
 *
 * <p>A failure to read is judged here; a failure to pass on is the client's and goes out as it is.
 */
final class AnswerReader {
  private final HttpReply reply;
  private final InFlight flight;
  private final int maxMessage;
  private final boolean resumes;
  private final String what;

  /**
   * @param resumes see {@link Flights}
   * @param what who asked for what, for messages
   */
  AnswerReader(HttpReply reply, InFlight flight, int maxMessage, boolean resumes, String what) {
    this.reply = reply;
    this.flight = flight;
    this.maxMessage = maxMessage;
    this.resumes = resumes;
    this.what = what;
  }

  /** A plain body: the response, or a batch with it (2025-03-26). */
  Answer body(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException, CallGivenUp {
    Envelope response = null;
    for (Envelope message : readMessages()) {
      if (HttpAnswer.answers(message, request)) {
        response = message;
      } else {
        exchange.event(ServerEvent.of(message));
      }
    }
    if (response == null) {
      throw new OutcomeUnknownException(what + ": the upstream answered something else", null);
    }
    return new Answer.Response(ServerEvent.of(response), false, () -> {});
  }

  private List<Envelope> readMessages()
      throws UpstreamException, InterruptedException, CallGivenUp {
    try {
      return Messages.read(reply.readBody(maxMessage)).messages();
    } catch (IOException e) {
      throw broken(e);
    } catch (MalformedMessageException e) {
      throw malformed(e);
    }
  }

  /**
   * An event stream, up to the response.
   *
   * @param giveBack run when the caller has passed the response on
   */
  Answer stream(Envelope request, Answer.Exchange exchange, Runnable giveBack)
      throws UpstreamException, IOException, InterruptedException, CallGivenUp {
    EventStream.Reader events = open();
    while (true) {
      EventStream.Event event;
      try {
        event = events.next();
      } catch (IOException e) {
        return ended(events, broken(e));
      }
      if (event == null) {
        return ended(
            events,
            new OutcomeUnknownException(
                what
                    + ": the stream ended before the response"
                    + (resumes ? " and gave no event id" : ""),
                null));
      }
      ServerEvent response = null;
      for (ServerEvent one : messages(event)) {
        if (HttpAnswer.answers(one.message(), request)) {
          response = one;
        } else {
          pass(one, exchange);
        }
      }
      if (response != null) {
        return new Answer.Response(response, true, giveBack);
      }
    }
  }

  /** A standing stream, to its end. */
  void standing(Answer.Exchange sink)
      throws UpstreamException, IOException, InterruptedException, CallGivenUp {
    EventStream.Reader events = open();
    while (true) {
      EventStream.Event event;
      try {
        event = events.next();
      } catch (EventStream.EventTooLargeException e) {
        throw broken(e);
      } catch (IOException e) {
        stopIfInterrupted(e);
        return; // the stream has ended, in whatever way: its client comes back
      }
      if (event == null) {
        return;
      }
      for (ServerEvent one : messages(event)) {
        sink.event(one);
      }
    }
  }

  private EventStream.Reader open() {
    reply.silence(Duration.ZERO);
    return new EventStream.Reader(reply.body(), maxMessage);
  }

  /**
   * A request of the server makes the call wait for a person: its connection leaves the pool first.
   */
  private void pass(ServerEvent event, Answer.Exchange exchange) throws IOException {
    Envelope message = event.message();
    if (message != null && message.isRequest()) {
      flight.call().promote();
    }
    exchange.event(event);
  }

  private List<ServerEvent> messages(EventStream.Event event) throws OutcomeUnknownException {
    try {
      return HttpAnswer.messages(event);
    } catch (MalformedMessageException e) {
      throw malformed(e);
    }
  }

  /** A stream that has given ids can be asked for the rest; what else ends early is lost. */
  private Answer ended(EventStream.Reader events, OutcomeUnknownException otherwise)
      throws OutcomeUnknownException {
    boolean tooLarge = otherwise.getCause() instanceof EventStream.EventTooLargeException;
    boolean resumable =
        resumes && !events.lastEventId().isEmpty() && !tooLarge && !flight.isClosed();
    if (resumable || flight.isGivenUp()) {
      return new Answer.StreamEnded();
    }
    throw otherwise;
  }

  private OutcomeUnknownException broken(IOException e) throws InterruptedException, CallGivenUp {
    stopIfInterrupted(e);
    if (flight.isGivenUp()) {
      throw new CallGivenUp(e);
    }
    String why = flight.isClosed() ? "the conversation was closed" : String.valueOf(e.getMessage());
    return new OutcomeUnknownException(what + ": outcome unknown, the answer broke off: " + why, e);
  }

  private OutcomeUnknownException malformed(@Nullable Throwable e) {
    return new OutcomeUnknownException(what + ": the answer is no JSON-RPC message", e);
  }

  /** An interrupt closes the connection; the reader hears of the closing. */
  private static void stopIfInterrupted(IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      InterruptedException interrupted = new InterruptedException();
      interrupted.initCause(e);
      throw interrupted;
    }
  }
}
