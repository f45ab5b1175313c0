package dev.weir.gateway.auth;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** What TLS shows of oneself, and whom it believes. */
public final class TlsContexts {
  private static final char[] NO_PASSWORD = new char[0];

  private TlsContexts() {}

  /**
   * With what one shows who one is.
   *
   * @param chain the certificate of the key, and those that lead to an authority
   */
  public record Own(PrivateKey key, List<X509Certificate> chain) {
    public Own {
      chain = List.copyOf(chain);
    }
  }

  /**
   * A context for TLS.
   *
   * @param own null to show nothing
   * @param trusted the authorities to believe; empty for those of the platform
   * @throws IllegalArgumentException when the platform refuses one of them
   */
  public static SSLContext of(@Nullable Own own, List<X509Certificate> trusted) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          own == null ? null : managers(own),
          trusted.isEmpty() ? null : new TrustManager[] {trust(trusted)},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS: " + e.getMessage(), e);
    }
  }

  private static KeyManager[] managers(Own own) throws GeneralSecurityException {
    KeyStore keys = empty();
    keys.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  /** Believes those authorities alone. */
  public static X509TrustManager trust(List<X509Certificate> authorities) {
    try {
      KeyStore trusted = empty();
      for (X509Certificate authority : authorities) {
        trusted.setCertificateEntry(String.valueOf(trusted.size()), authority);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return Arrays.stream(factory.getTrustManagers())
          .filter(X509TrustManager.class::isInstance)
          .map(X509TrustManager.class::cast)
          .findFirst()
          .orElseThrow();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS: " + e.getMessage(), e);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new GeneralSecurityException(e); // nothing is read
    }
  }
}
