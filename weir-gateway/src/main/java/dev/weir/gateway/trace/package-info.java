/**
 * A leaf: requests as spans of OpenTelemetry. Nothing else knows that library, and none of its
 * classes is loaded where there is no {@code tracing} in the configuration.
 */
@NullMarked
package dev.weir.gateway.trace;

import org.jspecify.annotations.NullMarked;
