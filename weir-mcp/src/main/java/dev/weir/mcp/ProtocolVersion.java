package dev.weir.mcp;

import java.util.Arrays;
import java.util.Optional;

/** The revisions of the specification that Weir speaks, oldest first. */
public enum ProtocolVersion {
  V2024_11_05("2024-11-05"),
  V2025_03_26("2025-03-26"),
  V2025_06_18("2025-06-18"),
  V2025_11_25("2025-11-25");

  private final String wire;

  ProtocolVersion(String wire) {
    this.wire = wire;
  }

  /** The date that stands on the wire. */
  public String wire() {
    return wire;
  }

  public Era era() {
    return Era.LEGACY;
  }

  /**
   * Whether one message may be an array of messages: 2025-03-26 only (2025-06-18 took it out
   * again).
   */
  public boolean hasBatches() {
    return this == V2025_03_26;
  }

  /** The version named on the wire, if it is one of these. */
  public static Optional<ProtocolVersion> of(String wire) {
    return Arrays.stream(values()).filter(version -> version.wire.equals(wire)).findFirst();
  }
}
