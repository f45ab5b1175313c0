package dev.weir.gateway.doctor;

import dev.weir.mcp.UpstreamConnector;
import java.util.SequencedMap;

/** What opens conversations with one upstream, without a gateway. */
public interface Wires extends AutoCloseable {
  /**
   * By where it can be reached, in the order of the configuration; under an empty name where there
   * is one place, such as a process.
   */
  SequencedMap<String, UpstreamConnector> places();

  /** Ends every conversation, processes included. */
  @Override
  void close();
}
