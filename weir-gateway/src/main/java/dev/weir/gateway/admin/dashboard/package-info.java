/**
 * The admin listener: the dashboard's page, what it shows, and what can be done there.
 *
 * <p>{@link dev.weir.gateway.admin.dashboard.AdminListener} is the door: it says who may come in,
 * and from which page. {@link dev.weir.gateway.admin.dashboard.Views} reads, {@link
 * dev.weir.gateway.admin.dashboard.Operations} changes, {@link
 * dev.weir.gateway.admin.dashboard.History} remembers. The rooms are reached through {@link
 * dev.weir.gateway.admin.dashboard.UpstreamControls} and the session registry.
 */
@NullMarked
package dev.weir.gateway.admin.dashboard;

import org.jspecify.annotations.NullMarked;
