package dev.weir.pool.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Keys and trust of one certificate that nobody else knows, made by the JDK's own tool.
 *
 * @param store a PKCS 12 file, to be trusted by another JVM
 * @param context has the keys, and trusts the certificate alone
 */
public record SelfMade(Path store, SSLContext context) {
  /** Of the store. */
  public static final String PASSWORD = "changeit";

  private static final String ALIAS = "self";

  /**
   * Makes one.
   *
   * @param names such as {@code DNS:localhost,IP:127.0.0.1}
   */
  public static SelfMade in(Path directory, String names) throws Exception {
    Path store = directory.resolve("store.p12");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keyalg",
            "EC",
            "-alias",
            ALIAS,
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=" + names,
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD);
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool: " + said);
    }
    KeyStore keys = keys(store);
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return new SelfMade(store, context);
  }

  /** The certificate in a PEM file beside the store, for programs that know no stores. */
  public Path certificate() throws IOException, GeneralSecurityException {
    return pem("certificate.pem", "CERTIFICATE", keys(store).getCertificate(ALIAS).getEncoded());
  }

  /** The private key in a PEM file beside the store, which its owner alone may read. */
  public Path key() throws IOException, GeneralSecurityException {
    byte[] key = keys(store).getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    return pem("key.pem", "PRIVATE KEY", key);
  }

  private Path pem(String name, String what, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Path file = store.resolveSibling(name);
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static KeyStore keys(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }
}
