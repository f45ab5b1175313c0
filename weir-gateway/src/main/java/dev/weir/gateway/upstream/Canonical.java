package dev.weir.gateway.upstream;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON in one form: what means the same is the same text, however its writer ordered it. */
public final class Canonical {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

  /** Fingerprints of texts, by the digest of the text as it came. */
  private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();

  private static final int MOST_KNOWN = 1_000;

  private Canonical() {}

  /** The same value with the members of every object in order; no JSON stays as it is. */
  public static String of(String json) {
    try {
      return JSON.writeValueAsString(JSON.readTree(json));
    } catch (JacksonException e) {
      return json;
    }
  }

  /**
   * Tells values apart without telling what they are. Most are the same as one before to the byte,
   * and are not read again.
   */
  public static String fingerprint(String json) {
    String asItCame = digest(json);
    String known = KNOWN.get(asItCame);
    if (known == null) {
      known = digest(of(json));
      if (KNOWN.size() >= MOST_KNOWN) {
        KNOWN.clear();
      }
      KNOWN.put(asItCame, known);
    }
    return known;
  }

  private static String digest(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
