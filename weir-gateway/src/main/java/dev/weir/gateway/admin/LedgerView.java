package dev.weir.gateway.admin;

import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.Ledger.Holding;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.ledger.Resource;
import dev.weir.gateway.upstream.Upstream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The ledger as the status page shows it: the machine, connections, and what is open by upstream
 * and by identity. Shows numbers that were taken before; looks at no process itself.
 */
public final class LedgerView {
  private static final int MOST_IDENTITIES = 50;

  private final Ledger ledger;
  private final Supplier<List<Upstream>> upstreams;
  private final IntSupplier connections;
  private final IntSupplier unpooled;

  /**
   * @param upstreams those that there are now; of one name, that which is served first
   * @param connections of clients and to upstreams
   * @param unpooled what they would be if each upstream session had a connection of its own
   */
  public LedgerView(
      Ledger ledger,
      Supplier<List<Upstream>> upstreams,
      IntSupplier connections,
      IntSupplier unpooled) {
    this.ledger = ledger;
    this.upstreams = upstreams;
    this.connections = connections;
    this.unpooled = unpooled;
  }

  /** The machine, connections and identities. */
  public void describe(ObjectNode to) {
    to.put("newSessions", ledger.isFull() ? "refused" : "welcome");
    ObjectNode machine = to.putObject("machine");
    for (Resource resource : Resource.values()) {
      Reading.Use use = ledger.reading().of(resource);
      if (use == null) {
        machine.put(resource.label(), "unknown");
      } else {
        machine.putObject(resource.label()).put("used", use.used()).put("limit", use.limit());
      }
    }
    to.putObject("connections")
        .put("used", connections.getAsInt())
        .put("unpooled", unpooled.getAsInt());
    List<Holding> holdings = ledger.holdings();
    ArrayNode identities = to.putArray("identities");
    Map<String, Upstream> byName = new HashMap<>();
    upstreams.get().forEach(upstream -> byName.putIfAbsent(upstream.name(), upstream));
    holdings.stream()
        .limit(MOST_IDENTITIES)
        .forEach(holding -> describe(holding, byName, identities.addObject()));
    to.put("moreIdentities", Math.max(0, holdings.size() - MOST_IDENTITIES));
  }

  private static void describe(Holding holding, Map<String, Upstream> upstreams, ObjectNode to) {
    to.put("identity", holding.identity().subject());
    if (holding.identity().isVerified()) {
      to.put("issuer", holding.identity().issuer());
    }
    to.put("sessions", holding.sessions());
    ObjectNode used = to.putObject("upstreams");
    int parked = 0;
    int processes = 0;
    long memory = 0;
    for (Map.Entry<String, Integer> entry : holding.upstreams().entrySet()) {
      used.put(entry.getKey(), entry.getValue());
      int idle = holding.parked().getOrDefault(entry.getKey(), 0);
      parked += idle;
      Upstream upstream = upstreams.get(entry.getKey());
      if (upstream != null && upstream.kind().equals("stdio")) {
        int running = entry.getValue() - idle;
        processes += running;
        memory += running * upstream.memoryEach();
      }
    }
    to.put("parked", parked);
    to.put("processes", processes);
    to.put("memory", memory);
  }

  void describe(UpstreamState state, ObjectNode to) {
    Upstream upstream = state.upstream();
    UpstreamUse use = state.use();
    to.put("clientSessions", ledger.sessions(upstream.name()));
    to.putObject("parking")
        .put("parked", ledger.parked(upstream.name()))
        .put("parkings", upstream.stats().parkings())
        .put("resumptions", upstream.stats().resumptions());
    to.put("processes", use.processes());
    to.put("sockets", use.sockets());
    to.put("streams", use.streams());
    to.put("memory", use.memory());
  }
}
