package dev.weir.mcp;

import java.util.Arrays;
import java.util.Optional;

/** The revisions of the specification that Weir speaks, oldest first. */
public enum ProtocolVersion {
  V2024_11_05("2024-11-05"),
  V2025_03_26("2025-03-26"),
  V2025_06_18("2025-06-18"),
  V2025_11_25("2025-11-25"),
  V2026_07_28("2026-07-28");

  private final String wire;

  ProtocolVersion(String wire) {
    this.wire = wire;
  }

  /** The date that stands on the wire. */
  public String wire() {
    return wire;
  }

  public Era era() {
    return this == V2026_07_28 ? Era.MODERN : Era.LEGACY;
  }

  /**
   * Whether one message may be an array of messages: 2025-03-26 only (2025-06-18 took it out
   * again).
   */
  public boolean hasBatches() {
    return this == V2025_03_26;
  }

  /** The newest with a handshake: what an initialize for any other is answered with. */
  public static ProtocolVersion newestLegacy() {
    return V2025_11_25;
  }

  /** The newest without one: what the gateway's own modern requests name. */
  public static ProtocolVersion newestModern() {
    return V2026_07_28;
  }

  /** The version of this era that is named on the wire, if it is one of these. */
  public static Optional<ProtocolVersion> of(Era era, String wire) {
    return Arrays.stream(values())
        .filter(version -> version.era() == era && version.wire.equals(wire))
        .findFirst();
  }
}
