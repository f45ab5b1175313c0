package dev.weir.gateway.doctor;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One conversation with an upstream, up to the end of its handshake. */
final class Handshake {
  private static final RequestId ID = new RequestId("\"weir-doctor\"");
  private static final String PARAMS =
      """
      {"protocolVersion":"%s","capabilities":{},\
      "clientInfo":{"name":"weir-doctor","version":"1"}}\
      """
          .formatted(ProtocolVersion.newestLegacy().wire());

  private final UpstreamConnector connector;
  private final Duration limit;

  /**
   * @param limit how long it may take
   */
  Handshake(UpstreamConnector connector, Duration limit) {
    this.connector = connector;
    this.limit = limit;
  }

  /**
   * What the server said of itself.
   *
   * @param era null when it was not asked, or did not say
   */
  record Outcome(String server, String version, @Nullable Era era) {
    @Override
    public String toString() {
      String protocol = "protocol " + version;
      return "answers: "
          + server
          + ", "
          + (era == null
              ? protocol
              : protocol + ", " + era.name().toLowerCase(Locale.ROOT) + " era");
    }
  }

  /** It did not come to its end; the message says why. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /**
   * Shakes hands and hangs up.
   *
   * @param asksEra whether the server is asked for its era, too, which takes another conversation
   */
  Outcome shake(boolean asksEra) throws FailedException, InterruptedException {
    var late = new AtomicReference<String>();
    try (UpstreamTransport transport = connector.open(new Deaf())) {
      Thread watch = Thread.ofVirtual().start(() -> endLate(transport, late));
      try (Answer answer =
          transport.request(Messages.request(ID, "initialize", PARAMS), new Unheard())) {
        Envelope result = result(answer);
        transport.send(Messages.notification("notifications/initialized", null));
        return new Outcome(server(result), version(result), asksEra ? era() : null);
      } finally {
        watch.interrupt();
      }
    } catch (UpstreamException | IOException e) {
      String inTime = late.get();
      throw new FailedException(inTime == null ? String.valueOf(e.getMessage()) : inTime);
    }
  }

  private void endLate(UpstreamTransport transport, AtomicReference<String> late) {
    try {
      Thread.sleep(limit);
    } catch (InterruptedException e) {
      return; // it was in time
    }
    late.set(
        "no answer to initialize within "
            + limit.toMillis() / 1e3
            + " s ("
            + transport.describe()
            + ")");
    transport.close();
  }

  private static Envelope result(Answer answer) throws FailedException {
    if (!(answer instanceof Answer.Response response)) {
      throw new FailedException("the stream ended before the answer to initialize");
    }
    Envelope message = Objects.requireNonNull(response.event().message());
    if (message.kind() == Envelope.Kind.ERROR) {
      throw new FailedException(
          "refuses to initialize: %s (%s)"
              .formatted(text(message, "message"), message.errorCode()));
    }
    return message;
  }

  private static String text(Envelope message, String member) {
    String json = message.member(member);
    return json == null ? "" : JsonMapper.shared().readTree(json).asString("");
  }

  private static String server(Envelope result) {
    String json = result.member("serverInfo");
    JsonNode info = JsonMapper.shared().readTree(json == null ? "{}" : json);
    return (info.path("name").asString("unnamed") + " " + info.path("version").asString(""))
        .strip();
  }

  private static String version(Envelope result) {
    return Objects.requireNonNullElse(result.protocolVersion(), "not told");
  }

  private @Nullable Era era() throws InterruptedException {
    try {
      return connector.era();
    } catch (UpstreamException e) {
      return null;
    }
  }

  private record Deaf() implements UpstreamListener {
    @Override
    public void unsolicited(Envelope message) {
      // There is no client to hear it.
    }

    @Override
    public void ended(@Nullable Throwable cause) {
      // The request hears of it.
    }
  }

  private record Unheard() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // What comes before the answer is for clients, and there is none.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // There is none.
    }
  }
}
