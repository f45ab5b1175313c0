package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamTransport;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The modern side of one bridged conversation, as all its requests share it.
 *
 * @param upstream its name, for messages
 * @param transport on which leaving is cancelling, see {@link
 *     dev.weir.mcp.Answer.Exchange#whenClientLeaves}
 * @param contradicted to be run when it answers as no modern server does
 */
record Way(String upstream, UpstreamTransport transport, Runnable contradicted, AtomicLong lastId) {
  Way(String upstream, UpstreamTransport transport, Runnable contradicted) {
    this(upstream, transport, contradicted, new AtomicLong());
  }

  /**
   * Ids are the gateway's own: a legacy request may become several modern ones, each with another
   * id.
   */
  RequestId nextId() {
    return new RequestId("\"weir-" + lastId.incrementAndGet() + "\"");
  }
}
