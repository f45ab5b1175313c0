/**
 * A scripted HTTP server, patient options and certificates, for the tests of this module and of
 * those above it.
 */
@NullMarked
package dev.weir.http.kit;

import org.jspecify.annotations.NullMarked;
