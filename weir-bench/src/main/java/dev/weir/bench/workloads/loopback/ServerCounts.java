package dev.weir.bench.workloads.loopback;

import java.nio.ByteBuffer;

/**
 * What the server has seen, to be compared with what the clients say.
 *
 * @param logins connections that got through the handshake, the one that asks included
 * @param open connections that are open now, the one that asks included
 * @param requests requests answered
 */
public record ServerCounts(long logins, long open, long requests) {

  byte[] bytes() {
    return ByteBuffer.allocate(3 * Long.BYTES)
        .putLong(logins)
        .putLong(open)
        .putLong(requests)
        .array();
  }

  static ServerCounts of(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    return new ServerCounts(from.getLong(), from.getLong(), from.getLong());
  }
}
