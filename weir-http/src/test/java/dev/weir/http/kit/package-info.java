/** A scripted HTTP server and patient options, for the tests of this module and those above it. */
@NullMarked
package dev.weir.http.kit;

import org.jspecify.annotations.NullMarked;
