/**
 * Room 1: what clients connect to. In comes an HTTP request; out goes a message of a client
 * session. Runs on the virtual thread of the client's connection.
 */
@NullMarked
package dev.weir.gateway.listener;

import org.jspecify.annotations.NullMarked;
