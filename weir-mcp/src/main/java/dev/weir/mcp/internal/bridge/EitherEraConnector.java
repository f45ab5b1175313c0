package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An upstream of either era, or of both, behind the two doors of a connector: {@link #open} gives a
 * legacy conversation, whatever the upstream speaks, and {@link #openModern} a modern one.
 *
 * <p><b>A legacy client gets the legacy protocol where the upstream speaks it</b>, also where it
 * speaks the modern one as well: nothing has to be translated, and nothing is lost. Whether it
 * does, its answer to {@code initialize} tells; a refusal is the reason to ask for its era, and the
 * bridge takes over where that is modern ({@link EitherEraUpstream}). That it refuses legacy
 * clients is remembered for as long as an era is.
 *
 * <p>Thread-safe. A conversation over the bridge is added to {@code bridges}, then {@code closed}
 * is looked at; {@link #close} does it the other way round, so that none stays open.
 */
public final class EitherEraConnector implements UpstreamConnector {
  /** A server answers discovery at once, or is one that does not know what to make of it. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final UpstreamConnector wire;
  private final @Nullable Era only;
  private final EraMemory memory;
  private final LongSupplier nanoTime;
  private final ToolParameters tools;
  private final Set<LegacyOverModern> bridges = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Since when it is known to refuse legacy clients; null while that is not known. */
  private volatile @Nullable Long refusesSince;

  /**
   * @param name the upstream's name, for messages
   * @param only the era that the operator vouches for; null to find out
   */
  public EitherEraConnector(
      String name, UpstreamConnector wire, @Nullable Era only, LongSupplier nanoTime) {
    this(name, wire, only, nanoTime, PATIENCE);
  }

  EitherEraConnector(
      String name,
      UpstreamConnector wire,
      @Nullable Era only,
      LongSupplier nanoTime,
      Duration patience) {
    this.name = name;
    this.wire = wire;
    this.only = only;
    this.nanoTime = nanoTime;
    this.tools = new ToolParameters(name);
    this.memory = new EraMemory(new EraProbe(name, wire, patience)::ask, nanoTime);
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    if (only == Era.LEGACY) {
      return wire.open(listener);
    }
    if (only == Era.MODERN) {
      return bridge(listener);
    }
    return new EitherEraUpstream(this, listener, refusesLegacy());
  }

  @Override
  public Era era() throws UpstreamException, InterruptedException {
    return only == null ? memory.era() : only;
  }

  @Override
  public UpstreamTransport openModern(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return new HeadlessCalls(wire.openModern(listener), tools);
  }

  private boolean refusesLegacy() {
    Long since = refusesSince;
    return since != null && nanoTime.getAsLong() - since < EraMemory.OLD.toNanos();
  }

  /** A conversation on the wire, with the upstream's own legacy protocol. */
  UpstreamTransport openLegacy(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return wire.open(listener);
  }

  /** A legacy conversation with a modern upstream. */
  LegacyOverModern bridge(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    var bridge =
        new LegacyOverModern(
            name, wire.openModern(listener), this::modernContradicted, bridges::remove);
    bridges.add(bridge);
    if (closed) {
      bridge.close();
      throw new UpstreamUnavailableException(
          "upstream \"" + name + "\": not opened, this side is being closed", null);
    }
    return bridge;
  }

  /**
   * The upstream has refused to initialize: whether that is because it is modern, and nothing else.
   *
   * @param error its words; null when it had none
   */
  boolean isModernOnly(@Nullable Envelope error) throws InterruptedException {
    if (ModernErrors.isModern(error)) {
      memory.contradicted(Era.LEGACY);
    }
    try {
      boolean modern = memory.era() == Era.MODERN;
      if (modern) {
        refusesSince = nanoTime.getAsLong();
      }
      return modern;
    } catch (UpstreamException e) {
      return false;
    }
  }

  /** It has answered as no legacy server does. */
  void legacyContradicted() {
    memory.contradicted(Era.LEGACY);
  }

  /** It has answered as no modern server does. */
  private void modernContradicted() {
    refusesSince = null;
    memory.contradicted(Era.MODERN);
  }

  @Override
  public long killed() {
    return wire.killed();
  }

  @Override
  public int sockets() {
    return wire.sockets();
  }

  @Override
  public void close() {
    closed = true;
    bridges.forEach(LegacyOverModern::close);
    wire.close();
  }
}
