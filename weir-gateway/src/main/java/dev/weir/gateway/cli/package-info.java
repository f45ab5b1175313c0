/**
 * The command line: one class per command, and a small MCP client for people.
 *
 * <p>It prints to a {@link dev.weir.gateway.cli.Terminal} and starts the gateway through {@link
 * dev.weir.gateway.cli.ServeCommand.Starter}, so that each command runs in a test as it runs in a
 * shell. Exit codes are in {@link dev.weir.gateway.cli.ExitCodes}.
 */
@NullMarked
package dev.weir.gateway.cli;

import org.jspecify.annotations.NullMarked;
