package dev.weir.gateway.config;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Reads PEM (RFC 7468). What stands around the blocks, and blocks of other kinds, are passed over.
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----");
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private Pem() {}

  /**
   * The certificates of a text, in its order.
   *
   * @throws IllegalArgumentException with the problem, where there is none
   */
  static List<X509Certificate> certificates(String text) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (MatchResult block : blocks(text)) {
      if (block.group(1).equals(CERTIFICATE)) {
        certificates.add(certificate(bytes(block)));
      }
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("holds no certificate: -----BEGIN CERTIFICATE-----");
    }
    return List.copyOf(certificates);
  }

  private static X509Certificate certificate(byte[] der) {
    try {
      Certificate read =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
      return (X509Certificate) read;
    } catch (CertificateException e) {
      throw new IllegalArgumentException("holds a certificate that cannot be read", e);
    }
  }

  /**
   * The private key of a text. Its problems tell nothing of the key.
   *
   * @throws IllegalArgumentException with the problem, where there is not exactly one that can be
   *     used
   */
  static PrivateKey key(String text) {
    List<MatchResult> keys =
        blocks(text).stream().filter(block -> block.group(1).endsWith(KEY)).toList();
    if (keys.size() != 1) {
      throw new IllegalArgumentException(
          (keys.isEmpty() ? "holds no" : "holds more than one")
              + " private key: -----BEGIN PRIVATE KEY-----");
    }
    return switch (keys.getFirst().group(1)) {
      case KEY -> key(bytes(keys.getFirst()));
      case "ENCRYPTED PRIVATE KEY" ->
          throw new IllegalArgumentException(
              "holds an encrypted key; openssl pkcs8 -in FILE -out NEW decrypts it");
      default ->
          throw new IllegalArgumentException(
              "holds a key of an older form; openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW makes"
                  + " PKCS #8 of it");
    };
  }

  private static PrivateKey key(byte[] der) {
    var encoded = new PKCS8EncodedKeySpec(der);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (GeneralSecurityException e) {
        // Then it is one of the others.
      }
    }
    throw new IllegalArgumentException(
        "holds a key that cannot be used; expected one of " + String.join(", ", ALGORITHMS));
  }

  private static List<MatchResult> blocks(String text) {
    return BLOCK.matcher(text).results().toList();
  }

  private static byte[] bytes(MatchResult block) {
    try {
      return Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("holds a block that is not in Base64", e);
    }
  }
}
