package dev.weir.mcp.internal.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.http.HttpConnections;
import dev.weir.http.HttpReply;
import dev.weir.http.HttpRequest;
import dev.weir.http.HttpRequest.Use;
import dev.weir.http.Origin;
import dev.weir.http.OriginStats;
import dev.weir.http.RequestNotSentException;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.codec.EventStream;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over HTTP+SSE, version 2024-11-05: one stream brings everything that the server
 * says, first the endpoint to which each message is posted. The stream is the conversation.
 *
 * <p><b>Threads.</b> One virtual thread opens the stream and reads it to its end. A request is
 * posted by a thread of its own while the one that asked waits at its {@link Mailbox}: some servers
 * acknowledge a request only when they have answered it, and their questions come meanwhile.
 * Everything else is posted by whoever says it.
 *
 * <p><b>Who holds which connection.</b> The stream has one of its own. Posts lease the origin's
 * pooled ones; when the server asks something, those that are under way leave the pool, since one
 * of them waits for a person now, and the answer does not wait for a free one.
 *
 * <p><b>What a failure means.</b> A post of which nothing was written is {@link
 * UpstreamUnavailableException}, one that was written and not acknowledged {@link
 * OutcomeUnknownException}, and either ends that request alone. The end of the stream, however it
 * comes, ends the conversation as {@link Correlator} says. A client that leaves changes nothing, as
 * on any wire without streams for each request.
 *
 * <p>Ending sets {@code over}, then walks {@code posts}; a post joins, then looks at {@code over}:
 * one of the two ends it.
 */
final class SseUpstream implements UpstreamTransport {
  private static final int MAX_ACKNOWLEDGEMENT = 64 << 10;

  private final HttpUpstreamOptions options;
  private final HttpConnections connections;
  private final OpenConversations open;
  private final Origin origin;
  private final Correlator correlator;
  private final InFlight stream;
  private final CompletableFuture<String> endpoint = new CompletableFuture<>();
  private final Set<InFlight> posts = ConcurrentHashMap.newKeySet();
  private final Map<RequestId, InFlight> requests = new ConcurrentHashMap<>();
  private final LongAdder rubbish = new LongAdder();
  private volatile boolean over;
  private volatile @Nullable String version;

  private SseUpstream(
      HttpUpstreamOptions options,
      HttpConnections connections,
      UpstreamListener listener,
      OpenConversations open) {
    this.options = options;
    this.connections = connections;
    this.open = open;
    this.origin = Origin.of(options.url(), options.tls());
    this.correlator = new Correlator(options.name(), listener, new PostWire());
    HttpRequest get =
        HttpRequest.of("GET", SseEndpoint.target(options.url()), headers("text/event-stream"), null)
            .with(Use.STREAM);
    this.stream = new InFlight(connections.call(origin, get));
  }

  /**
   * Opens the stream and waits for the endpoint.
   *
   * @param within how long that may take
   * @throws NoEndpointException when what answers does not speak HTTP+SSE
   */
  static SseUpstream open(
      HttpUpstreamOptions options,
      HttpConnections connections,
      UpstreamListener listener,
      OpenConversations open,
      Duration within)
      throws UpstreamException, InterruptedException {
    SseUpstream upstream = new SseUpstream(options, connections, listener, open);
    open.add(upstream);
    boolean opened = false;
    try {
      Thread.ofVirtual().name(options.name() + "-sse").start(upstream::run);
      upstream.awaitEndpoint(within);
      opened = true;
      return upstream;
    } finally {
      if (!opened) {
        upstream.close();
      }
    }
  }

  private void awaitEndpoint(Duration within) throws UpstreamException, InterruptedException {
    try {
      endpoint.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw noEndpoint("named no endpoint within " + within.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UpstreamException why) {
        throw why;
      }
      throw new IllegalStateException(e);
    }
  }

  /** The whole life of the stream. */
  private void run() {
    Exception broken = null;
    try (HttpReply reply = stream.call().send()) {
      read(reply);
    } catch (RequestNotSentException e) {
      endpoint.completeExceptionally(
          new UpstreamUnavailableException(
              options + ", stream: not sent: " + e.getMessage() + poolState(), e));
    } catch (UpstreamException e) {
      endpoint.completeExceptionally(e);
    } catch (IOException | InterruptedException | RuntimeException e) {
      broken = e;
    } finally {
      windUp(broken);
    }
  }

  private void read(HttpReply reply) throws UpstreamException, IOException {
    if (reply.status() / 100 != 2) {
      throw HttpAnswer.refusal(reply, options + ", stream", false);
    }
    if (!HttpAnswer.mediaType(reply).equals("text/event-stream")) {
      throw noEndpoint("answered with HTTP " + reply.status() + " and no event stream", null);
    }
    reply.silence(Duration.ZERO);
    EventStream.Reader events = new EventStream.Reader(reply.body(), options.maxMessage());
    for (EventStream.Event event = events.next(); event != null; event = events.next()) {
      if (endpoint.isDone()) {
        take(event);
      } else if (event.data().length > 0) {
        endpoint.complete(endpointIn(event));
      }
    }
  }

  private String endpointIn(EventStream.Event event) throws NoEndpointException {
    if (!event.type().equals("endpoint")) {
      throw noEndpoint("began its stream with something else than an endpoint", null);
    }
    try {
      return SseEndpoint.within(options.url(), options.tls(), new String(event.data(), UTF_8));
    } catch (IllegalArgumentException e) {
      throw noEndpoint("named an endpoint that is refused: " + e.getMessage(), e);
    }
  }

  private void take(EventStream.Event event) {
    try {
      for (ServerEvent each : HttpAnswer.messages(event)) {
        Envelope message = each.message();
        if (message != null) {
          if (message.isRequest()) {
            requests.values().forEach(post -> post.call().promote());
          }
          correlator.received(message);
        }
      }
    } catch (MalformedMessageException e) {
      rubbish.increment();
    }
  }

  /** The stream has ended: nothing more will be heard. */
  private void windUp(@Nullable Exception broken) {
    String why =
        broken == null ? "the server ended the stream" : "the stream broke: " + broken.getMessage();
    IOException cause = new IOException(options + ": " + why, broken);
    endpoint.completeExceptionally(noEndpoint("named no endpoint: " + why, cause));
    // A conversation that never was one has not ended: whoever opens it is told.
    boolean neverOpened = endpoint.isCompletedExceptionally();
    correlator.end(new Correlator.Ending(why, cause, neverOpened));
    endPosts();
    open.remove(this);
  }

  private void endPosts() {
    over = true;
    posts.forEach(InFlight::close);
  }

  private NoEndpointException noEndpoint(String why, @Nullable Throwable cause) {
    // Twice: whoever judges endpoints finds a server that could not be spoken with.
    IOException unspoken = new IOException(why, cause == null ? new IOException(why) : cause);
    return new NoEndpointException(
        options + ": " + why + "; does url name an HTTP+SSE stream?", unspoken);
  }

  /** The way of messages to the server. */
  private final class PostWire implements Correlator.Wire {
    @Override
    public long write(Envelope message) throws UpstreamException, InterruptedException {
      if (message.isRequest()) {
        postAside(message, Objects.requireNonNull(message.id()));
      } else {
        boolean urgent = message.isResponse() || message.is("notifications/cancelled");
        post(begin(message, urgent ? Use.URGENT : Use.POOLED), message);
      }
      return 0;
    }

    @Override
    public void abandoned(RequestId id) {
      InFlight post = requests.remove(id);
      if (post != null) {
        post.clientLeft();
      }
    }
  }

  private void postAside(Envelope request, RequestId id) throws UpstreamUnavailableException {
    InFlight post = begin(request, Use.POOLED);
    requests.put(id, post);
    Thread.ofVirtual()
        .name(options.name() + "-post")
        .start(
            () -> {
              UpstreamException failure = null;
              try {
                post(post, request);
              } catch (UpstreamException e) {
                failure = e;
              } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread.
              }
              if (requests.remove(id, post) && failure != null) {
                correlator.failed(id, failure);
              }
            });
  }

  private InFlight begin(Envelope message, Use use) throws UpstreamUnavailableException {
    Map<String, String> headers = headers("application/json, text/event-stream");
    headers.put("Content-Type", "application/json");
    HttpRequest request =
        HttpRequest.of("POST", endpoint.join(), headers, message.toBytes()).with(use);
    InFlight post =
        new InFlight(
            connections.call(origin, message.isRepeatable() ? request.repeatable() : request));
    posts.add(post);
    if (over) {
      posts.remove(post);
      throw new UpstreamUnavailableException(
          what(message) + ": this conversation is closed; not sent", null);
    }
    return post;
  }

  /** Returns when the server has taken the message. */
  private void post(InFlight post, Envelope message)
      throws UpstreamException, InterruptedException {
    try (HttpReply reply = post.call().send()) {
      if (reply.status() / 100 != 2) {
        throw HttpAnswer.refusal(reply, what(message), !message.is("initialize"));
      }
      reply.drain(MAX_ACKNOWLEDGEMENT, options.drainTimeout());
    } catch (RequestNotSentException e) {
      throw new UpstreamUnavailableException(
          what(message) + ": not sent: " + e.getMessage() + poolState(), e);
    } catch (IOException e) {
      throw new OutcomeUnknownException(
          what(message) + ": outcome unknown, not sent again: " + e.getMessage(), e);
    } finally {
      post.done();
      posts.remove(post);
    }
  }

  private Map<String, String> headers(String accept) {
    Map<String, String> headers = new LinkedHashMap<>(options.headers());
    headers.put("Accept", accept);
    String agreed = version;
    if (agreed != null) {
      headers.put("MCP-Protocol-Version", agreed);
    }
    return headers;
  }

  private String what(Envelope message) {
    String method = message.method() == null ? "response" : message.method();
    return options + ", " + method + (message.id() == null ? "" : " " + message.id());
  }

  private String poolState() {
    OriginStats stats = connections.stats(origin);
    return String.format(
        " (%d of %d connections leased, %d idle, %d waiting; %d streams)",
        stats.pool().active(),
        stats.pool().maxSize(),
        stats.pool().idle(),
        stats.pool().pending(),
        stats.streams());
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    Answer answer = correlator.request(request, exchange);
    if (answer instanceof Answer.Response(var event, var streamed, var back)) {
      InFlight unacknowledged = requests.remove(Objects.requireNonNull(request.id()));
      if (unacknowledged != null) {
        unacknowledged.cancelled(options.cancelGrace());
      }
      if (request.is("initialize") && event.message() instanceof Envelope result) {
        learnVersion(result.protocolVersion());
      }
    }
    return answer;
  }

  private void learnVersion(@Nullable String agreed) {
    if (agreed != null && agreed.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      version = agreed;
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    correlator.send(message);
  }

  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink) throws UpstreamException {
    throw Streamless.refusal(options.name());
  }

  @Override
  public String describe() {
    String agreed = version;
    return "HTTP+SSE, "
        + options.place()
        + (agreed == null ? "" : ", version " + agreed)
        + ", "
        + correlator.inFlight()
        + " in flight"
        + (correlator.late() > 0 ? ", " + correlator.late() + " late responses" : "")
        + (rubbish.sum() > 0 ? ", " + rubbish + " events that are no message" : "");
  }

  @Override
  public void close() {
    correlator.end(new Correlator.Ending("the conversation was closed", null, true));
    stream.close();
    endPosts();
    open.remove(this);
  }
}
