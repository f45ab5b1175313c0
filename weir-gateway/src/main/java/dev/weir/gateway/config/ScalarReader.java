package dev.weir.gateway.config;

import dev.weir.gateway.auth.TokenHash;
import dev.weir.pool.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads single values: numbers, truths, durations, sizes, parts, addresses, paths, PEM files,
 * texts, words and secrets.
 */
final class ScalarReader {
  static final String TRUE_OR_FALSE = "true or false";

  private final Errors errors;
  private final SecretReferences secrets;
  private final Path directory;

  ScalarReader(Errors errors, SecretReferences secrets, Path directory) {
    this.errors = errors;
    this.secrets = secrets;
    this.directory = directory;
  }

  /** The value, or null after the problem was reported. */
  @Nullable Object read(String path, Node node, Class<?> type) {
    if (!(node instanceof ScalarNode scalar)) {
      errors.add(node, path, "expected " + expected(type) + ", found " + found(node));
      return null;
    }
    if (!scalar.getTag().getValue().startsWith(Tag.PREFIX)) {
      errors.add(node, path, "the tag " + scalar.getTag().getValue() + " means nothing here");
      return null;
    }
    if (scalar.getTag().equals(Tag.NULL)) {
      errors.add(node, path, "expected " + expected(type) + ", found nothing");
      return null;
    }
    try {
      if (type == Secret.class) {
        return secrets.resolve(scalar.getValue()).asSecret();
      }
      if (type == UpstreamUrl.class) {
        return url(path, scalar);
      }
      if (type == LogPlace.class && !LogPlace.isWord(scalar.getValue())) {
        return log(path, scalar);
      }
      if (PemFile.class.isAssignableFrom(type)) {
        return pem(path, scalar, type);
      }
      return type == Path.class ? directory(path, scalar) : plain(type, scalar.getValue());
    } catch (IllegalArgumentException e) {
      boolean mayBeSecret =
          type == Secret.class || type == UpstreamUrl.class || type == TokenHash.class;
      errors.add(
          node,
          path,
          mayBeSecret
              ? String.valueOf(e.getMessage())
              : "expected " + expected(type) + ", found " + found(node) + meant(type, scalar));
      return null;
    }
  }

  /** The word that was probably meant, where only some are possible. */
  private static String meant(Class<?> type, ScalarNode node) {
    return type.isEnum()
        ? Nearest.to(node.getValue(), Options.choices(type))
            .map(near -> "; did you mean " + near + "?")
            .orElse("")
        : "";
  }

  private @Nullable UpstreamUrl url(String path, ScalarNode node) {
    SecretReferences.Resolved resolved = secrets.resolve(node.getValue());
    try {
      return UpstreamUrl.parse(resolved.value(), node.getValue());
    } catch (IllegalArgumentException e) {
      errors.add(node, path, "expected " + e.getMessage());
      return null;
    }
  }

  private @Nullable PemFile pem(String path, ScalarNode node, Class<?> type) {
    Path file = Path.of(node.getValue());
    Path place = secrets.refer(node.getValue());
    try {
      return type == PemFile.Key.class
          ? PemFile.Key.read(file, place)
          : PemFile.Certificates.read(file, place);
    } catch (IllegalArgumentException e) {
      errors.add(node, path, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable Path directory(String path, ScalarNode node) {
    Path place = directory.resolve(node.getValue());
    if (!Files.isDirectory(place)) {
      errors.add(node, path, "there is no directory " + place);
      return null;
    }
    return place;
  }

  private @Nullable LogPlace log(String path, ScalarNode node) {
    Path file = directory.resolve(node.getValue()).normalize();
    Path folder = file.getParent();
    if (node.getValue().isBlank() || Files.isDirectory(file)) {
      errors.add(node, path, "expected " + LogPlace.EXPECTED + ", found " + found(node));
      return null;
    }
    if (folder != null && !Files.isDirectory(folder)) {
      errors.add(node, path, "there is no directory " + folder);
      return null;
    }
    return new LogPlace(node.getValue(), file);
  }

  /**
   * A value that needs nothing beside its text.
   *
   * @throws IllegalArgumentException when the text is none of that type
   */
  static Object plain(Class<?> type, String text) {
    if (type == int.class) {
      return Integer.parseInt(text);
    }
    if (type == boolean.class) {
      return truth(text);
    }
    if (type == Duration.class) {
      return Durations.parse(text);
    }
    if (type == ByteSize.class) {
      return ByteSize.parse(text);
    }
    if (type == Percent.class) {
      return Percent.parse(text);
    }
    if (type == ListenAddress.class) {
      return ListenAddress.parse(text);
    }
    if (type == SocketAddress.class) {
      return SocketAddress.parse(text);
    }
    if (type == ListenSocket.class) {
      return ListenSocket.parse(text);
    }
    if (type == TokenHash.class) {
      return TokenHash.parse(text);
    }
    if (type == LogPlace.class) {
      return LogPlace.parse(text);
    }
    if (type == String.class) {
      return text;
    }
    if (type.isEnum()) {
      return constant(type, text);
    }
    throw new IllegalStateException("no reader for " + type);
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(TRUE_OR_FALSE);
    };
  }

  private static Object constant(Class<?> type, String text) {
    int index = Options.choices(type).indexOf(text);
    if (index < 0) {
      throw new IllegalArgumentException(expected(type));
    }
    return type.getEnumConstants()[index];
  }

  private static String expected(Class<?> type) {
    if (type.isEnum()) {
      return "one of " + String.join(", ", Options.choices(type));
    }
    if (type == int.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return TRUE_OR_FALSE;
    }
    if (type == Duration.class) {
      return Durations.EXPECTED;
    }
    if (type == ByteSize.class) {
      return ByteSize.EXPECTED;
    }
    if (type == Percent.class) {
      return Percent.EXPECTED;
    }
    if (type == ListenAddress.class) {
      return ListenAddress.EXPECTED;
    }
    if (type == SocketAddress.class) {
      return SocketAddress.EXPECTED;
    }
    if (type == ListenSocket.class) {
      return ListenSocket.EXPECTED;
    }
    if (type == UpstreamUrl.class) {
      return UpstreamUrl.EXPECTED;
    }
    if (type == TokenHash.class) {
      return TokenHash.EXPECTED;
    }
    if (type == LogPlace.class) {
      return LogPlace.EXPECTED;
    }
    if (PemFile.class.isAssignableFrom(type)) {
      return "a PEM file";
    }
    return type == Path.class ? "a directory" : "a text";
  }

  /** Why a record refused what was read from a node: the value itself, or a key of a block. */
  static String why(Node node, InvalidOptionException invalid) {
    String expected = "expected " + invalid.expected();
    return invalid.option().contains(".") && !invalid.option().endsWith("." + invalid.value())
        ? expected
        : expected + ", found " + found(node);
  }

  /** A list is often forgotten to be one, so the message has the text as a list. */
  static String expectedList(Node node) {
    String example =
        node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)
            ? " such as [" + String.join(", ", scalar.getValue().strip().split("\\s+")) + "]"
            : "";
    return "expected a list" + example + ", found " + found(node);
  }

  static String found(Node node) {
    if (node.getTag().equals(Tag.NULL)) {
      return "nothing";
    }
    if (node instanceof ScalarNode scalar) {
      return "'" + scalar.getValue() + "'";
    }
    if (node instanceof SequenceNode list) {
      return list.getValue().isEmpty() ? "an empty list" : "a list";
    }
    return "a block";
  }
}
