/**
 * The words that all five rooms share: a conversation that takes calls, and who is calling.
 *
 * <p>Every room offers its neighbour a {@link dev.weir.gateway.call.Conversation}; the way back is
 * the return of the same call on the same virtual thread.
 */
@NullMarked
package dev.weir.gateway.call;

import org.jspecify.annotations.NullMarked;
