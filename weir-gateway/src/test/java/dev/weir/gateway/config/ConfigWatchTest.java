package dev.weir.gateway.config;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ConfigWatchTest {
  private static final Duration ROUND = Duration.ofMillis(10);

  @TempDir Path directory;

  private final AtomicReference<String> read = new AtomicReference<>("");
  private Path path;
  private ConfigWatch watch;

  /** As Kubernetes mounts it: through a link to a folder that is swapped as a whole. */
  @BeforeEach
  void start() throws Exception {
    path = directory.resolve("weir.yaml");
    Files.createSymbolicLink(directory.resolve("data"), folder("first", "a"));
    Files.createSymbolicLink(path, directory.resolve("data").resolve("weir.yaml"));
    var file = new ConfigFile(path, UnaryOperator.identity());
    take(file);
    watch = new ConfigWatch(file, () -> take(file), ROUND);
    assertThat(read).hasValue("a:s");
  }

  @AfterEach
  void stop() {
    watch.close();
  }

  private Path folder(String name, String upstream) throws Exception {
    Path folder = Files.createDirectory(directory.resolve(name));
    Files.writeString(folder.resolve("weir.yaml"), yaml(upstream));
    Files.writeString(directory.resolve("secret"), "s");
    return folder;
  }

  private static String yaml(String upstream) {
    return "upstreams: { "
        + upstream
        + ": { url: \"http://127.0.0.1:1/\", headers: { X: \"${file:secret}\" } } }";
  }

  private void take(ConfigFile file) {
    try {
      var first = file.read().upstreams().firstEntry();
      var remote = (UpstreamConfig.Remote) first.getValue();
      read.set(first.getKey() + ":" + remote.headers().firstEntry().getValue().reveal());
    } catch (Exception e) {
      read.set("broken");
    }
  }

  @Test
  void whatALinkLeadsToIsReadWhenTheLinkIsSwapped() throws Exception {
    Path swap = directory.resolve("swap");
    Files.createSymbolicLink(swap, folder("second", "b"));
    Files.move(
        swap,
        directory.resolve("data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    await().until(() -> read.get().equals("b:s"));
  }

  @Test
  void aFileIsReadThatAnEditorHasPutInThePlaceOfTheLast() throws Exception {
    Path beside = Files.writeString(directory.resolve("beside"), yaml("c"));
    Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING);
    await().until(() -> read.get().equals("c:s"));
  }

  @Test
  void aSecretThatIsMissingForAWhileAndThenAnotherIsReadWithoutTheFileHavingChanged()
      throws Exception {
    Files.delete(directory.resolve("secret"));
    await().until(() -> read.get().equals("broken"));
    Files.writeString(directory.resolve("secret"), "other");
    await().until(() -> read.get().equals("a:other"));
  }
}
