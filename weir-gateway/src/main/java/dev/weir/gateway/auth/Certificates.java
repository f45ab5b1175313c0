package dev.weir.gateway.auth;

import dev.weir.gateway.call.Allowed;
import dev.weir.gateway.call.Identity;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Clients that are known by a certificate. Thread-safe.
 *
 * <p>TLS has verified it when the connection began, which may be long ago: each certificate is
 * verified once more by the authorities that are believed now, and its time is looked at each time.
 */
public final class Certificates {
  /** Vouches for the subjects, which are names of certificates such as {@code DNS:a.example}. */
  public static final String ISSUER = "tls";

  /** So many certificates are remembered to be good; then all are forgotten. */
  private static final int REMEMBERED = 1_000;

  private static final int DNS = 2;
  private static final int URI = 6;

  private final List<Entry> entries;
  private final X509TrustManager trusted;
  private final Map<List<X509Certificate>, Boolean> good = new ConcurrentHashMap<>();

  /**
   * Certificates of the configuration.
   *
   * @param subjects their names
   */
  public record Entry(Allowed subjects, Grant grant) {}

  /**
   * @param trusted believes the authorities of clients
   */
  public Certificates(List<Entry> entries, X509TrustManager trusted) {
    this.entries = List.copyOf(entries);
    this.trusted = trusted;
  }

  /**
   * Whose these certificates are; null when they are not good, or nobody's.
   *
   * @param chain its own certificate first
   */
  Access.@Nullable Known identify(List<X509Certificate> chain) {
    return names(chain.getFirst()).stream()
        .filter(name -> entries.stream().anyMatch(entry -> entry.subjects().has(name)))
        .findFirst()
        .filter(_ -> isGood(chain))
        .map(name -> new Access.Known(Principal.of(new Identity(ISSUER, name)), end(chain)))
        .orElse(null);
  }

  private static Instant end(List<X509Certificate> chain) {
    return chain.stream()
        .map(each -> each.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** What this caller may do now; null when it is none of these. */
  @Nullable Grant grant(Identity identity) {
    if (!identity.issuer().equals(ISSUER)) {
      return null;
    }
    List<Role> roles =
        entries.stream()
            .filter(entry -> entry.subjects().has(identity.subject()))
            .flatMap(entry -> entry.grant().roles().stream())
            .toList();
    return roles.isEmpty() ? null : new Grant(roles);
  }

  private boolean isGood(List<X509Certificate> chain) {
    try {
      for (X509Certificate each : chain) {
        each.checkValidity();
      }
      if (!good.containsKey(chain)) {
        trusted.checkClientTrusted(
            chain.toArray(X509Certificate[]::new), chain.getFirst().getPublicKey().getAlgorithm());
        if (good.size() >= REMEMBERED) {
          good.clear();
        }
        good.put(chain, true);
      }
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }

  /** A common name counts only where there are no names of the kinds that replace it (RFC 9525). */
  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>(alternatives(certificate, URI, "URI:"));
    names.addAll(alternatives(certificate, DNS, "DNS:"));
    return names.isEmpty() ? commonName(certificate) : names;
  }

  private static List<String> alternatives(X509Certificate certificate, int kind, String prefix) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null
          ? List.of()
          : all.stream()
              .filter(name -> Objects.equals(name.get(0), kind))
              .map(name -> prefix + name.get(1))
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  private static List<String> commonName(X509Certificate certificate) {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().reversed().stream()
              .filter(part -> part.getType().equalsIgnoreCase("CN"))
              .filter(part -> part.getValue() instanceof String)
              .map(part -> "CN:" + part.getValue())
              .limit(1)
              .toList();
    } catch (InvalidNameException e) {
      return List.of();
    }
  }
}
