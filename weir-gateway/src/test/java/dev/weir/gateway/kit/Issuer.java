package dev.weir.gateway.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** An authorization server that has metadata and keys, and signs what it is told. */
public final class Issuer implements AutoCloseable {
  private final HttpServer server;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile ECKey key;
  private volatile boolean broken;

  public Issuer() throws IOException, JOSEException {
    key = key("first");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/.well-known/openid-configuration",
        exchange ->
            answer(
                exchange,
                "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}".formatted(url(), url() + "/keys")));
    server.createContext(
        "/keys",
        exchange -> {
          asked.incrementAndGet();
          answer(exchange, new JWKSet(key.toPublicJWK()).toString());
        });
    server.start();
  }

  /** A key that no other has. */
  public static ECKey key(String id) throws JOSEException {
    return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  private void answer(HttpExchange exchange, String json) throws IOException {
    try (exchange) {
      byte[] bytes = json.getBytes(UTF_8);
      exchange.sendResponseHeaders(broken ? 500 : 200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** How it names itself. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The key that it signs with now. */
  public ECKey key() {
    return key;
  }

  /** How often it was asked for its keys. */
  public int asked() {
    return asked.get();
  }

  /** Signs with another key from now on, and knows the last one no more. */
  public void rotate(String id) throws JOSEException {
    key = key(id);
  }

  /** Answers 500 from now on, or as it should. */
  public void breaks(boolean broken) {
    this.broken = broken;
  }

  /** Claims that are in order, for a quarter of an hour. */
  public JWTClaimsSet.Builder claims(String audience, String subject, String scope) {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(url())
        .audience(audience)
        .subject(subject)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(900)))
        .claim("scope", scope);
  }

  /** A token with these claims. */
  public String sign(JWTClaimsSet.Builder claims) throws JOSEException {
    return sign(claims, UnaryOperator.identity(), key);
  }

  /** The same with another head, or of another key. */
  public static String sign(
      JWTClaimsSet.Builder claims, UnaryOperator<JWSHeader.Builder> head, ECKey key)
      throws JOSEException {
    JWSHeader.Builder header =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .keyID(key.getKeyID())
            .type(new JOSEObjectType("at+jwt"));
    var token = new SignedJWT(head.apply(header).build(), claims.build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
