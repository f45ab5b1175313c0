package dev.weir.gateway.doctor;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Who listens on a port, from Linux' tables of sockets (proc(5), {@code /proc/net/tcp}) and of open
 * descriptors. Tells nothing elsewhere, and of processes of other users to the superuser only.
 */
final class PortOwner {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENS = "0A";

  private PortOwner() {}

  static Optional<ProcessHandle> of(int port) {
    return inode("net/tcp", port).or(() -> inode("net/tcp6", port)).flatMap(PortOwner::holder);
  }

  /** The columns: number, local address, remote address, state, …; the tenth is the inode. */
  private static Optional<String> inode(String table, int port) {
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    try {
      List<String> lines = Files.readAllLines(PROC.resolve(table));
      return lines.stream()
          .map(line -> line.strip().split("\\s+"))
          .filter(cells -> cells.length > 9)
          .filter(cells -> cells[1].endsWith(suffix) && cells[3].equals(LISTENS))
          .map(cells -> cells[9])
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<ProcessHandle> holder(String inode) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, Path.of("socket:[" + inode + "]"))) {
          return ProcessHandle.of(Long.parseLong(String.valueOf(process.getFileName())));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Then nothing tells.
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, Path socket) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : open) {
        if (socket.equals(target(descriptor))) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      return false; // of another user, or gone
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return descriptor; // closed meanwhile
    }
  }
}
