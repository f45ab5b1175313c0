/**
 * Room 4: who gets which upstream session. In comes the wish of a client session for an upstream;
 * out goes an upstream session that nobody else uses. Runs on the virtual thread of the client's
 * request.
 */
@NullMarked
package dev.weir.gateway.lease;

import org.jspecify.annotations.NullMarked;
