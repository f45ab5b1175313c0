package dev.weir.gateway.route;

import dev.weir.gateway.lease.Leases;

/**
 * One upstream's part in an aggregate, as it is configured.
 *
 * @param view what is shown of it
 * @param of what the view was made of: equal for views that show the same
 * @param leases where its sessions come from; another one when the upstream was changed
 */
public record Part(View view, Object of, Leases leases) {
  String upstream() {
    return view.upstream();
  }
}
