package dev.weir.gateway.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A PEM file and what was in it when it was read. Immutable. */
public sealed interface PemFile {
  /** How long before its end a certificate wants somebody's attention. */
  Duration SOON = Duration.ofDays(14);

  /** As it is named in the configuration. */
  Path file();

  /** Certificates, of which there is at least one. */
  record Certificates(Path file, List<X509Certificate> chain) implements PemFile {
    public Certificates {
      chain = List.copyOf(chain);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException with the problem, when it cannot be used
     */
    public static Certificates read(Path file) {
      return read(file, file);
    }

    static Certificates read(Path file, Path place) {
      return new Certificates(file, content(place, Pem::certificates));
    }

    /** Whose it is: the first, which those behind it vouch for. */
    public X509Certificate first() {
      return chain.getFirst();
    }

    /** Why one of them is of no use, or soon will not be. */
    public Optional<String> attention(Instant now) {
      return chain.stream().flatMap(each -> attention(each, now).stream()).findFirst();
    }

    private static Optional<String> attention(X509Certificate certificate, Instant now) {
      Instant from = certificate.getNotBefore().toInstant();
      Instant to = certificate.getNotAfter().toInstant();
      String name = "the certificate of " + certificate.getSubjectX500Principal();
      if (now.isBefore(from)) {
        return Optional.of(name + " is not valid before " + from);
      }
      if (now.isAfter(to)) {
        return Optional.of(name + " has expired at " + to);
      }
      return now.plus(SOON).isAfter(to)
          ? Optional.of(name + " expires at " + to)
          : Optional.empty();
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** A private key, of which nothing is shown. */
  record Key(Path file, PrivateKey key) implements PemFile {
    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException with the problem, when it cannot be used
     */
    public static Key read(Path file) {
      return read(file, file);
    }

    static Key read(Path file, Path place) {
      return new Key(file, content(place, Pem::key));
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  private static <T> T content(Path place, Function<String, T> read) {
    if (!Files.isRegularFile(place)) {
      throw new IllegalArgumentException("there is no file " + place);
    }
    try {
      return read.apply(Files.readString(place));
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException("the file " + place + " is not in PEM", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("the file " + place + " cannot be read", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the file " + place + " " + e.getMessage(), e);
    }
  }
}
