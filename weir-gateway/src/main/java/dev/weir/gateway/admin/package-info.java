/**
 * What people and machines ask about the gateway itself: health, metrics, status. Uses the rooms;
 * no room imports it.
 */
@NullMarked
package dev.weir.gateway.admin;

import org.jspecify.annotations.NullMarked;
