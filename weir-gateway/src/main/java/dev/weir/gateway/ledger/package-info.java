/**
 * A leaf beside the rooms: what is open now and for whom, what the machine still has, and who is
 * refused before it runs out.
 */
@NullMarked
package dev.weir.gateway.ledger;

import org.jspecify.annotations.NullMarked;
