package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.admin.Demands;
import dev.weir.gateway.admin.LedgerView;
import dev.weir.gateway.admin.UpstreamState;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.session.SessionRegistry;
import java.time.Clock;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The gateway, as far as the dashboard sees it.
 *
 * @param upstreams those that are served, in order, and those that others still use
 * @param demands what the configuration has of an upstream now
 * @param accepting false from the moment on that the gateway drains
 */
public record Observed(
    Supplier<List<? extends UpstreamControls>> upstreams,
    Function<UpstreamState, Demands> demands,
    SessionRegistry sessions,
    Ledger ledger,
    LedgerView ledgerView,
    BooleanSupplier accepting,
    Clock clock) {}
