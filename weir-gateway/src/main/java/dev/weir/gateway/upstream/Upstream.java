package dev.weir.gateway.upstream;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Trail;
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
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One configured MCP server: its wire, the sessions that are open on it, and what it has done so
 * far.
 */
public final class Upstream implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Upstream.class.getName());

  /** So many sessions are enough for a mean. */
  private static final int MEASURED = 8;

  private final String name;
  private final String kind;
  private final UpstreamConnector connector;
  private final UpstreamStats stats;
  private final List<Endpoint> endpoints;
  private final Set<UpstreamSession> sessions = ConcurrentHashMap.newKeySet();
  private volatile long memoryEach;

  /**
   * @param kind the wire, for people and labels: {@code stdio}, {@code http}, {@code tcp}, {@code
   *     unix}, {@code in-process}
   */
  public Upstream(String name, String kind, UpstreamConnector connector, UpstreamStats stats) {
    this(name, kind, connector, stats, List.of());
  }

  /** One that is reached at endpoints. */
  public Upstream(String name, String kind, EndpointSet endpoints, UpstreamStats stats) {
    this(name, kind, endpoints, stats, endpoints.endpoints());
  }

  private Upstream(
      String name,
      String kind,
      UpstreamConnector connector,
      UpstreamStats stats,
      List<Endpoint> endpoints) {
    this.name = name;
    this.kind = kind;
    this.connector = connector;
    this.stats = stats;
    this.endpoints = endpoints;
  }

  public String name() {
    return name;
  }

  public String kind() {
    return kind;
  }

  public UpstreamStats stats() {
    return stats;
  }

  /**
   * Where it can be reached, in the order of the configuration; none where a process is started.
   */
  public List<Endpoint> endpoints() {
    return endpoints;
  }

  /** The sessions that are open now. */
  public Set<UpstreamSession> sessions() {
    return Set.copyOf(sessions);
  }

  public int sessionCount() {
    return sessions.size();
  }

  /** Takes the mean of some sessions' memory; looks at their processes, so not for every call. */
  public void measureMemory() {
    memoryEach =
        (long)
            sessions.stream()
                .limit(MEASURED)
                .mapToLong(UpstreamSession::memory)
                .filter(bytes -> bytes > 0)
                .average()
                .orElse(memoryEach);
  }

  /**
   * What one session takes outside of this JVM, in bytes, as measured last; zero for nothing, or
   * while that is not known.
   */
  public long memoryEach() {
    return memoryEach;
  }

  /** Processes that had to be killed since the start: see {@link UpstreamConnector#killed}. */
  public long killed() {
    return connector.killed();
  }

  /** Opens one more session. What the server sends on its own goes to {@code outlet}. */
  public UpstreamSession open(ClientOutlet outlet) throws UpstreamException, InterruptedException {
    UpstreamSession session = prepare(outlet);
    session.begin();
    return session;
  }

  /**
   * The same before there is anybody to serve: it counts as open when it {@linkplain
   * UpstreamSession#begin begins}.
   */
  public UpstreamSession prepare(ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    try (var _ = Trail.trace().step("weir.open", name)) {
      var transport =
          connector.open(
              new UpstreamListener() {
                @Override
                public void unsolicited(Envelope message) {
                  outlet.deliver(message);
                }

                @Override
                public void ended(@Nullable Throwable cause) {
                  stats.ended(cause);
                  outlet.upstreamEnded();
                }
              });
      return new UpstreamSession(this, transport, outlet::clients);
    } catch (UpstreamException e) {
      stats.notOpened(e);
      throw e;
    }
  }

  /**
   * Begins a session, says initialize, and ends it, which {@link UpstreamStats#contact} then knows.
   * Blocks for as long as the upstream does.
   */
  public void tryOut() throws InterruptedException {
    try (UpstreamSession session = prepare(new Trial());
        Answer answer = session.request(Trial.INITIALIZE, new Trial())) {
      LOG.log(System.Logger.Level.DEBUG, () -> name + ": " + answer.getClass().getSimpleName());
    } catch (UpstreamException | IOException e) {
      LOG.log(System.Logger.Level.DEBUG, () -> name + ": " + e.getMessage());
    }
  }

  /** Takes what comes for nobody. */
  private static final class Trial implements ClientOutlet, Answer.Exchange {
    static final Envelope INITIALIZE =
        Messages.request(
            new RequestId("\"weir-trial\""),
            "initialize",
            "{\"protocolVersion\":\""
                + ProtocolVersion.V2025_11_25.wire()
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"weir\",\"version\":\"1\"}}");

    @Override
    public void deliver(Envelope message) {}

    @Override
    public void upstreamEnded() {}

    @Override
    public void event(ServerEvent event) {}

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  /**
   * A conversation for one request of the modern era, which stands alone; null where the upstream
   * does not speak that era, or does not tell.
   */
  public @Nullable UpstreamSession openModern() throws UpstreamException, InterruptedException {
    try {
      if (connector.era() != Era.MODERN) {
        return null;
      }
    } catch (UpstreamException e) {
      return null; // what it says to a handshake is better than what it did not say to a probe
    }
    return UpstreamSession.forOneRequest(this, connector.openModern(new Nobody()));
  }

  /** On a wire without sessions, nothing belongs to no request. */
  private static final class Nobody implements UpstreamListener {
    @Override
    public void unsolicited(Envelope message) {}

    @Override
    public void ended(@Nullable Throwable cause) {}
  }

  void begun(UpstreamSession session) {
    sessions.add(session);
    stats.opened();
  }

  void closed(UpstreamSession session) {
    sessions.remove(session);
  }

  @Override
  public void close() {
    connector.close();
  }
}
