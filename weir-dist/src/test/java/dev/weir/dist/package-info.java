/** Tests of what is handed out: archives, unit, container image, chart. */
@NullMarked
package dev.weir.dist;

import org.jspecify.annotations.NullMarked;
