/** What stands between a client and a server, one adapter each, and the servers behind it. */
@NullMarked
package dev.weir.bench.gateway.contender;

import org.jspecify.annotations.NullMarked;
