package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import org.jspecify.annotations.Nullable;

/** TLS towards clients over HTTP. Its files are read with the configuration. */
public record TlsConfig(
    @Option(
            byDefault = "",
            live = true,
            about =
                "a PEM file: the certificate that clients are shown, and behind it those that lead to an authority that they trust")
        PemFile.Certificates certificate,
    @Option(
            byDefault = "",
            live = true,
            about = "a PEM file: the private key of the certificate, in PKCS #8, not encrypted")
        PemFile.Key key,
    @Option(
            byDefault = "",
            live = true,
            about =
                "a PEM file: the authorities whose certificates clients may show; without it nobody is asked for one")
        PemFile.@Nullable Certificates clientCa,
    @Option(
            byDefault = "required",
            live = true,
            about =
                "with client-ca, whether who connects has to show a certificate, or may; who shows one that is not of client-ca is never let in")
        ClientAuth clientAuth) {
  private static final byte[] ANYTHING = {1, 2, 3};

  public TlsConfig {
    if (!fit(key.key(), certificate.first().getPublicKey())) {
      throw new InvalidOptionException(
          "key", key, "the private key of the first certificate in " + certificate);
    }
  }

  /** Whether one verifies what the other has signed. */
  private static boolean fit(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(ANYTHING);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(ANYTHING);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // a key of another kind
    }
  }
}
