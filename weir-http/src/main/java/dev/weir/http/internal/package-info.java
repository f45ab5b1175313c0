/** How the connections are opened, checked, used and counted. */
@NullMarked
package dev.weir.http.internal;

import org.jspecify.annotations.NullMarked;
