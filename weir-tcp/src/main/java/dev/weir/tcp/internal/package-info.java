/** How the connections are opened, checked and used. */
@NullMarked
package dev.weir.tcp.internal;

import org.jspecify.annotations.NullMarked;
