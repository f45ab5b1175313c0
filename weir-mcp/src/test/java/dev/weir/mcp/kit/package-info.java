/** What tests of this and other modules need to speak MCP over a wire they control. */
@NullMarked
package dev.weir.mcp.kit;

import org.jspecify.annotations.NullMarked;
