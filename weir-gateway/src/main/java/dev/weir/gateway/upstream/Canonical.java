package dev.weir.gateway.upstream;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON in one form: what means the same is the same text, however its writer ordered it. */
public final class Canonical {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

  private Canonical() {}

  /** The same value with the members of every object in order; no JSON stays as it is. */
  public static String of(String json) {
    try {
      return JSON.writeValueAsString(JSON.readTree(json));
    } catch (JacksonException e) {
      return json;
    }
  }

  /** Tells values apart without telling what they are. */
  public static String fingerprint(String json) {
    try {
      byte[] text = of(json).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
