package dev.weir.gateway.kit;

import dev.weir.gateway.auth.TlsContexts;
import dev.weir.gateway.config.PemFile;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** The keys and certificates of {@code src/test/resources/tls}. */
public final class TestTls {
  private static final Path FOLDER = Path.of("src/test/resources/tls").toAbsolutePath();

  private TestTls() {}

  /** One of the files. */
  public static Path file(String name) {
    return FOLDER.resolve(name);
  }

  /** A client that trusts the authority of the servers. */
  public static SSLContext client() {
    return TlsContexts.of(null, PemFile.Certificates.read(file("authority.pem")).chain());
  }

  /** The same, which shows a certificate. */
  public static SSLContext client(String name) {
    var own =
        new TlsContexts.Own(
            PemFile.Key.read(file(name + ".key")).key(),
            PemFile.Certificates.read(file(name + ".pem")).chain());
    return TlsContexts.of(own, PemFile.Certificates.read(file("authority.pem")).chain());
  }
}
