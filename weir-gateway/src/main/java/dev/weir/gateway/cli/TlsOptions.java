package dev.weir.gateway.cli;

import dev.weir.gateway.auth.TlsContexts;
import dev.weir.gateway.config.PemFile;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom a command believes to be a server over https, and what it shows of itself. */
final class TlsOptions {
  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "For https: a PEM file with the authorities to trust, instead of Java's own.")
  private @Nullable Path ca;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "For https: a PEM file with a certificate to show, where servers ask for one.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "A PEM file with the private key of --certificate.")
  private @Nullable Path key;

  /** The settings that follow; null for those of the platform. */
  @Nullable SSLContext context() {
    if ((certificate == null) != (key == null)) {
      throw new CommandFailure(
          ExitCodes.USAGE, "--certificate and --key are given together, or neither of them");
    }
    if (ca == null && certificate == null) {
      return null;
    }
    TlsContexts.Own own =
        certificate == null || key == null
            ? null
            : new TlsContexts.Own(
                read("--key", key, PemFile.Key::read).key(),
                read("--certificate", certificate, PemFile.Certificates::read).chain());
    return TlsContexts.of(
        own, ca == null ? List.of() : read("--ca", ca, PemFile.Certificates::read).chain());
  }

  private static <T> T read(String option, Path file, Function<Path, T> reader) {
    try {
      return reader.apply(file);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCodes.USAGE, option + ": " + e.getMessage());
    }
  }
}
