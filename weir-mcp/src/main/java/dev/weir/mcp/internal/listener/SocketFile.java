package dev.weir.mcp.internal.listener;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket that is listened on: nobody but its owner can connect, at no moment.
 *
 * <p>A socket file is made with what the process's mask allows, and can be narrowed only when it is
 * there. So it is made in a folder that is its owner's alone, narrowed, and then moved to its
 * place, which also replaces one that a crash has left behind in one step. One where somebody
 * listens, or a file of another kind, is never replaced.
 */
final class SocketFile {
  private static final Logger LOG = System.getLogger("dev.weir.mcp.listener");
  private static final int BACKLOG = 1024;

  private final Path path;
  private final @Nullable Object key;

  private SocketFile(Path path, @Nullable Object key) {
    this.path = path;
    this.key = key;
  }

  /** A listening socket, and the file that leads to it. */
  record Bound(ServerSocketChannel channel, SocketFile file) {}

  static Bound bind(Path path) throws IOException {
    checkPlace(path);
    // A short name: the system takes about a hundred bytes for the whole path.
    String name = ".w" + Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36), 36);
    Path folder = path.resolveSibling(name);
    Path made = folder.resolve("s");
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    boolean bound = false;
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      channel.bind(UnixDomainSocketAddress.of(made), BACKLOG);
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      bound = true;
      return new Bound(channel, new SocketFile(path, key(path)));
    } catch (UnsupportedOperationException e) {
      throw new IOException("unix:" + path + ": files here cannot be kept to their owner", e);
    } finally {
      if (!bound) channel.close();
      Files.deleteIfExists(made);
      Files.deleteIfExists(folder);
    }
  }

  private static void checkPlace(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("there is no folder " + folder + " for the socket file " + path);
    }
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) return;
    if (!attributes(path).isOther()) {
      throw new IOException(
          path + " is there and is no socket; remove it, or listen somewhere else");
    }
    if (answers(path)) {
      throw new IOException(path + " is in use: somebody answers there; listen somewhere else");
    }
    LOG.log(Level.INFO, () -> path + " was left behind by a process that is no more; replaced");
  }

  private static boolean answers(Path path) throws IOException {
    try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return other.isConnected();
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("refused")) return false;
      throw new IOException(path + " is there, and whether it is in use cannot be told", e);
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static @Nullable Object key(Path path) throws IOException {
    return attributes(path).fileKey();
  }

  /** Removes the file, unless another has taken its place. */
  void remove() {
    try {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && Objects.equals(key, key(path))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot remove the socket file " + path, e);
    }
  }
}
