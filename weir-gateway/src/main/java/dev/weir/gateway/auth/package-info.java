/**
 * A leaf: who sends a request, and what that caller may do. The listener asks at the door, the
 * configuration says what holds.
 *
 * <p>A way to find out who somebody is is an {@link dev.weir.gateway.auth.Authenticator}; tokens of
 * the configuration are one, access tokens of an authorization server another. {@link
 * dev.weir.gateway.auth.Certificates} belong to the connection rather than to the request. A reload
 * makes another {@link dev.weir.gateway.auth.Access}.
 */
@NullMarked
package dev.weir.gateway.auth;

import org.jspecify.annotations.NullMarked;
