/**
 * What is written down of each request. A leaf: the listener tells it what it does, and it knows no
 * room.
 */
@NullMarked
package dev.weir.gateway.journal;

import org.jspecify.annotations.NullMarked;
