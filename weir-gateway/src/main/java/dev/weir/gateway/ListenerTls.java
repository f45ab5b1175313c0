package dev.weir.gateway;

import dev.weir.gateway.auth.TlsContexts;
import dev.weir.gateway.config.ClientAuth;
import dev.weir.gateway.config.PemFile;
import dev.weir.gateway.config.TlsConfig;
import dev.weir.mcp.HttpServer;
import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * TLS towards clients, by the configuration in effect: a connection has the certificate that there
 * was when it was accepted, to its end. Thread-safe.
 */
final class ListenerTls implements HttpServer.Security {
  private static final System.Logger LOG = System.getLogger(ListenerTls.class.getName());
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /** Who would rather speak HTTP/2 is told at once what is spoken here. */
  private static final String[] PROTOCOLS = {"http/1.1"};

  private volatile Settings settings;

  private record Settings(X509Certificate shown, SSLContext context, SSLParameters parameters) {
    static Settings of(TlsConfig tls) {
      var own = new TlsContexts.Own(tls.key().key(), tls.certificate().chain());
      PemFile.Certificates authorities = tls.clientCa();
      SSLContext context =
          TlsContexts.of(own, authorities == null ? List.of() : authorities.chain());
      SSLParameters parameters = context.getDefaultSSLParameters();
      parameters.setProtocols(VERSIONS);
      parameters.setApplicationProtocols(PROTOCOLS);
      parameters.setUseCipherSuitesOrder(true);
      if (authorities != null) {
        if (tls.clientAuth() == ClientAuth.REQUIRED) {
          parameters.setNeedClientAuth(true);
        } else {
          parameters.setWantClientAuth(true);
        }
      }
      return new Settings(tls.certificate().first(), context, parameters);
    }
  }

  ListenerTls(TlsConfig tls) {
    this.settings = Settings.of(tls);
  }

  /**
   * Whether it could be used.
   *
   * @throws IllegalArgumentException with the problem, when not
   */
  static void check(TlsConfig tls) {
    Settings.of(tls);
  }

  /** Connections that are accepted from now on have this. */
  void use(TlsConfig tls) {
    Settings next = Settings.of(tls);
    if (!next.shown().equals(settings.shown())) {
      LOG.log(
          System.Logger.Level.INFO,
          "tls: new connections are shown the certificate of "
              + next.shown().getSubjectX500Principal()
              + ", good until "
              + next.shown().getNotAfter().toInstant());
    }
    settings = next;
  }

  @Override
  public SSLSocket over(Socket accepted) throws IOException {
    Settings now = settings;
    SSLSocket tls = (SSLSocket) now.context().getSocketFactory().createSocket(accepted, null, true);
    tls.setSSLParameters(now.parameters());
    return tls;
  }
}
