package dev.weir.gateway.modern;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds or opens the session that carries a modern request, as the isolation of its route says.
 *
 * <ul>
 *   <li>Dedicated: a session of its own for each request, which gets a handle; a request that
 *       brings the handle back goes on in the same session. Nobody else ever does.
 *   <li>Identity, shared: one session for all who may share and declare the same capabilities.
 *   <li>What only asks for lists is asked on a session kept for that, on which nobody's calls run.
 * </ul>
 *
 * <p>Thread-safe. A kept session is opened by whoever needs it first; the others wait for the same
 * future. A session leaves both maps when it ends; who found it a moment before is told by the
 * session itself that it has ended.
 */
final class Carriers {
  /** Clients choose what they declare: of more sessions kept for one path, the idlest is ended. */
  private static final int MOST_KEPT = 8;

  private static final int HANDLE_BYTES = 24;

  private static final JsonMapper JSON = JsonMapper.shared();

  private final SessionRegistry registry;
  private final Supplier<Duration> idleTimeout;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Held> byHandle = new ConcurrentHashMap<>();
  private final Map<Key, CompletableFuture<Carrier>> kept = new ConcurrentHashMap<>();

  /** A session of one client, bound to who got its handle and where. */
  private record Held(Carrier carrier, String path, Identity identity) {}

  /**
   * Who is carried by the same session. The isolation is part of it: where sharing has ended, what
   * clients shared before is not what is kept for lists afterwards. So is what stands behind the
   * path: what comes after a reload is not carried to what was there before.
   */
  private record Key(
      String path,
      Object behind,
      Identity identity,
      Isolation isolation,
      ObjectNode capabilities) {}

  /**
   * A carrier, and how it may be found again.
   *
   * @param handle null where it is not one client's
   * @param isPublic whether what it answers is the same for everybody
   */
  record Found(Carrier carrier, @Nullable String handle, boolean isPublic) {}

  /**
   * @param idleTimeout how long a session is kept whose handle nobody has brought back, or that is
   *     kept for lists
   */
  Carriers(SessionRegistry registry, Supplier<Duration> idleTimeout) {
    this.registry = registry;
    this.idleTimeout = idleTimeout;
  }

  /** For a request that leaves nothing behind: a list, or what the server can do. */
  Found forAsking(ModernRequest request, String path, Identity identity)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    return request.handle() == null
        ? kept(request, path, identity, registry.isolation(path, identity))
        : held(request.handle(), path, identity);
  }

  /** For a request that may leave something behind on the server. */
  Found forCall(ModernRequest request, String path, Identity identity)
      throws ModernFault, UpstreamException, IOException, InterruptedException {
    if (request.handle() != null) {
      return held(request.handle(), path, identity);
    }
    Isolation isolation = registry.isolation(path, identity);
    return isolation == Isolation.DEDICATED
        ? fresh(request, path, identity)
        : kept(request, path, identity, isolation);
  }

  private Found held(String handle, String path, Identity identity) throws ModernFault {
    Held held = byHandle.get(handle);
    if (held == null || !held.path.equals(path) || !held.identity.equals(identity)) {
      throw ModernFault.ofCall(
          "unknown-handle",
          "_meta[\""
              + Meta.HANDLE
              + "\"]: no such session here: it has ended or never was; leave it out for another");
    }
    held.carrier.session().claimed();
    return new Found(held.carrier, handle, false);
  }

  private Found fresh(ModernRequest request, String path, Identity identity)
      throws UpstreamException, IOException, InterruptedException {
    ObjectNode info = request.clientInfo();
    Carrier carrier =
        open(path, identity, request.capabilities(), info == null ? gatewayInfo() : info, true);
    String handle = newHandle();
    byHandle.put(handle, new Held(carrier, path, identity));
    carrier.session().whenClosed(() -> byHandle.remove(handle));
    return new Found(carrier, handle, false);
  }

  private Found kept(ModernRequest request, String path, Identity identity, Isolation isolation)
      throws UpstreamException, IOException, InterruptedException {
    Identity owner = isolation == Isolation.IDENTITY ? identity : Identity.GATEWAY;
    var key =
        new Key(
            path, registry.behind(path), owner, isolation, Carrier.known(request.capabilities()));
    var mine = new CompletableFuture<Carrier>();
    CompletableFuture<Carrier> theirs = kept.putIfAbsent(key, mine);
    Carrier carrier = theirs == null ? keep(key, mine) : await(theirs);
    return new Found(carrier, null, isolation == Isolation.SHARED);
  }

  private Carrier keep(Key key, CompletableFuture<Carrier> mine)
      throws UpstreamException, IOException, InterruptedException {
    boolean opened = false;
    try {
      endIdlest(key);
      Carrier carrier = open(key.path, key.identity, key.capabilities, gatewayInfo(), false);
      mine.complete(carrier);
      opened = true;
      carrier.session().whenClosed(() -> kept.remove(key, mine));
      return carrier;
    } catch (UpstreamException | IOException e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      if (!opened) {
        kept.remove(key, mine);
        mine.completeExceptionally(new IOException("the session could not be opened"));
      }
    }
  }

  private Carrier await(CompletableFuture<Carrier> theirs)
      throws UpstreamException, InterruptedException {
    try {
      return theirs.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UpstreamException cause) {
        throw cause;
      }
      throw new UpstreamUnavailableException(String.valueOf(e.getMessage()), e);
    }
  }

  private void endIdlest(Key next) {
    var same =
        kept.entrySet().stream()
            .filter(entry -> entry.getKey().path.equals(next.path))
            .filter(entry -> entry.getKey().identity.equals(next.identity))
            .map(entry -> entry.getValue().getNow(null))
            .filter(carrier -> carrier != null)
            .map(Carrier::session)
            .toList();
    if (same.size() >= MOST_KEPT) {
      same.stream()
          .max(Comparator.comparingLong(ClientSession::idleNanos))
          .ifPresent(idlest -> registry.end(idlest, SessionRegistry.End.IDLE));
    }
  }

  /** A session for one client alone, which ends with what it was opened for. */
  Carrier openForStream(ModernRequest request, String path, Identity identity)
      throws UpstreamException, IOException, InterruptedException {
    ObjectNode info = request.clientInfo();
    return open(path, identity, request.capabilities(), info == null ? gatewayInfo() : info, true);
  }

  void end(Carrier carrier) {
    registry.end(carrier.session(), SessionRegistry.End.DELETED);
  }

  private Carrier open(
      String path,
      Identity identity,
      ObjectNode capabilities,
      ObjectNode clientInfo,
      boolean isOneClients)
      throws UpstreamException, IOException, InterruptedException {
    ClientSession session = registry.open(path, identity);
    boolean shaken = false;
    try {
      session.mayBeIdle(idleTimeout.get());
      Carrier carrier = Carrier.open(session, capabilities, clientInfo, isOneClients);
      shaken = true;
      return carrier;
    } finally {
      if (!shaken) {
        registry.end(session, SessionRegistry.End.REFUSED);
      }
    }
  }

  private static ObjectNode gatewayInfo() {
    return JSON.createObjectNode().put("name", "weir").put("version", "1");
  }

  private String newHandle() {
    byte[] bytes = new byte[HANDLE_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
