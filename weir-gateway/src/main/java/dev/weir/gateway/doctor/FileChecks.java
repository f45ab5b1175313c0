package dev.weir.gateway.doctor;

import dev.weir.gateway.config.TlsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether others may change the configuration, or read the secrets that it refers to. */
final class FileChecks {
  private FileChecks() {}

  /**
   * @param files the configuration's own, first, and those that it refers to
   * @param tls whose certificates are among them, which are for everybody
   */
  static List<Finding> findings(Set<Path> files, @Nullable TlsConfig tls) {
    List<Finding> findings = new ArrayList<>();
    boolean isConfiguration = true;
    for (Path file : files) {
      if (isConfiguration) {
        findings.add(configuration(file));
      } else if (tls == null || !isCertificate(file, tls)) {
        findings.add(secret(file));
      }
      isConfiguration = false;
    }
    return findings;
  }

  /** As the configuration names it, which may be beside it. */
  private static boolean isCertificate(Path file, TlsConfig tls) {
    return file.endsWith(tls.certificate().file())
        || (tls.clientCa() != null && file.endsWith(tls.clientCa().file()));
  }

  private static Finding configuration(Path file) {
    return may(file, PosixFilePermission.OTHERS_WRITE)
        ? Finding.problem(
            "file " + file,
            "every user of this machine may change it, and so run commands as the gateway",
            "chmod o-w " + file)
        : Finding.ok("file " + file, "only its owner and group may change it");
  }

  private static Finding secret(Path file) {
    return may(file, PosixFilePermission.OTHERS_READ)
        ? Finding.warning(
            "secret " + file, "every user of this machine may read it", "chmod o-r " + file)
        : Finding.ok("secret " + file, "not for every user of this machine");
  }

  /** False where nothing tells. */
  private static boolean may(Path file, PosixFilePermission what) {
    try {
      return Files.getPosixFilePermissions(file).contains(what);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
