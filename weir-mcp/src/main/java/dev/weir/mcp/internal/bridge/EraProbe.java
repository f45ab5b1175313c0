package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks an upstream {@code server/discover}, which every modern server answers and no legacy one
 * knows, on a conversation of its own, and says what the answer means (2026-07-28, Versioning, and
 * Streamable HTTP, "Backward Compatibility").
 *
 * <table>
 *   <caption>What an answer means</caption>
 *   <tr><th>answer</th><th>era</th></tr>
 *   <tr><td>a result whose {@code supportedVersions} has a version that Weir speaks</td>
 *       <td>that version's, a modern one first</td></tr>
 *   <tr><td>error −32022 that lists versions</td><td>the same of its list</td></tr>
 *   <tr><td>error −32020, −32021, or −32022 without a list</td><td>modern</td></tr>
 *   <tr><td>any other result or error; 400, 404, 405 and so on with anything else; what is no
 *       message</td><td>legacy</td></tr>
 *   <tr><td>401, 403, 429, 5xx, a redirect, no connection</td><td>not said</td></tr>
 *   <tr><td>silence, a connection that broke</td>
 *       <td>not said over HTTP; legacy on a wire that has no status to say it with</td></tr>
 * </table>
 */
final class EraProbe {
  private static final RequestId ID = new RequestId("\"weir-discover\"");

  private final String upstream;
  private final UpstreamConnector connector;
  private final Duration patience;

  /**
   * What was found.
   *
   * @param era null when the upstream has not said
   * @param why then says why
   */
  record Finding(@Nullable Era era, @Nullable UpstreamException why) {
    static Finding of(Era era) {
      return new Finding(era, null);
    }

    static Finding nothing(UpstreamException why) {
      return new Finding(null, why);
    }
  }

  /**
   * @param patience how long the answer may take
   */
  EraProbe(String upstream, UpstreamConnector connector, Duration patience) {
    this.upstream = upstream;
    this.connector = connector;
    this.patience = patience;
  }

  Finding ask() throws InterruptedException {
    try (UpstreamTransport transport = connector.openModern(new Deaf())) {
      return ask(transport);
    } catch (UpstreamException e) {
      return Finding.nothing(e);
    }
  }

  private Finding ask(UpstreamTransport transport) throws InterruptedException {
    var settled = new AtomicBoolean();
    Thread watch = Thread.ofVirtual().name("era-patience").start(() -> endLate(transport, settled));
    try (Answer answer = transport.request(discover(), new Unheard())) {
      settled.set(true);
      return answer instanceof Answer.Response response
          ? of(Objects.requireNonNull(response.event().message()))
          : unanswered(silent(null));
    } catch (UpstreamException e) {
      return settled.compareAndSet(false, true) ? of(e) : unanswered(silent(e));
    } catch (IOException e) {
      throw new IllegalStateException(e); // nobody is written to
    } finally {
      watch.interrupt();
    }
  }

  private void endLate(UpstreamTransport transport, AtomicBoolean settled) {
    try {
      Thread.sleep(patience);
    } catch (InterruptedException e) {
      return; // it was in time
    }
    if (settled.compareAndSet(false, true)) {
      transport.close();
    }
  }

  private Finding unanswered(UpstreamException why) {
    return connector.isSilenceLegacy() ? Finding.of(Era.LEGACY) : Finding.nothing(why);
  }

  private UpstreamException silent(@Nullable Throwable cause) {
    return new OutcomeUnknownException(
        "upstream \"%s\": no answer to server/discover within %d s"
            .formatted(upstream, patience.toSeconds()),
        cause);
  }

  private static Envelope discover() {
    Map<String, String> meta =
        Map.of(
            MetaKeys.VERSION, Json.quote(ProtocolVersion.newestModern().wire()),
            MetaKeys.CLIENT_CAPABILITIES, "{}",
            MetaKeys.CLIENT_INFO, "{\"name\":\"weir\",\"version\":\"1\"}");
    return Messages.request(ID, "server/discover", "{\"_meta\":" + Json.object(meta) + "}");
  }

  private Finding of(UpstreamException e) {
    if (e instanceof UpstreamRejectedException refusal) {
      Envelope error = ModernErrors.in(refusal);
      if (ModernErrors.isModern(error)) {
        return of(Objects.requireNonNull(error));
      }
      return ModernErrors.saysNothing(refusal.status())
          ? Finding.nothing(e)
          : Finding.of(Era.LEGACY);
    }
    if (e instanceof OutcomeUnknownException && e.getCause() instanceof IOException) {
      return unanswered(e);
    }
    return e instanceof OutcomeUnknownException ? Finding.of(Era.LEGACY) : Finding.nothing(e);
  }

  /** What a message says. */
  private Finding of(Envelope answer) {
    if (answer.kind() == Envelope.Kind.RESULT) {
      List<String> versions = versions(answer.member("supportedVersions"));
      return versions.isEmpty() ? Finding.of(Era.LEGACY) : of(versions);
    }
    if (!ModernErrors.isModern(answer)) {
      return Finding.of(Era.LEGACY);
    }
    List<String> versions = versions(Json.member(answer.member("data"), "supported"));
    boolean says = ModernErrors.code(answer) == JsonRpcError.UNSUPPORTED_PROTOCOL_VERSION;
    return says && !versions.isEmpty() ? of(versions) : Finding.of(Era.MODERN);
  }

  private static List<String> versions(@Nullable String array) {
    return Json.elements(array).stream().map(Json::string).filter(Objects::nonNull).toList();
  }

  private Finding of(List<String> versions) {
    for (Era era : List.of(Era.MODERN, Era.LEGACY)) {
      if (versions.stream().anyMatch(version -> ProtocolVersion.of(era, version).isPresent())) {
        return Finding.of(era);
      }
    }
    return Finding.nothing(
        new UpstreamRejectedException(
            "upstream \"%s\": speaks only versions of MCP that Weir does not know: %s"
                .formatted(upstream, String.join(", ", versions)),
            502,
            Map.of(),
            new byte[0]));
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
}
