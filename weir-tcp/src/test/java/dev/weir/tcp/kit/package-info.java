/** A server whose side of each connection is a script. */
@NullMarked
package dev.weir.tcp.kit;

import org.jspecify.annotations.NullMarked;
