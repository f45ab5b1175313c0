package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Answer;
import dev.weir.mcp.ServerEvent;

/** The exchange of a request of Weir's own, for which no client waits. */
record Unheard() implements Answer.Exchange {
  @Override
  public void event(ServerEvent event) {
    // What comes before the answer is for clients, and there is none.
  }

  @Override
  public void whenClientLeaves(Runnable action) {
    // There is none.
  }
}
