package dev.weir.gateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code ${env:NAME}} and {@code ${file:/path}} in values that may be secret. Two dollar
 * signs before the brace stand for the characters themselves.
 *
 * <p>A file's trailing line breaks are left out; a relative path starts at the configuration's
 * directory.
 */
final class SecretReferences {
  private static final Pattern REFERENCE = Pattern.compile("\\$?\\$\\{([^}]*)}?");
  private static final long LARGEST_FILE = 64 * 1024;

  private final Path directory;
  private final Function<String, @Nullable String> environment;
  private final Consumer<Path> referred;

  /**
   * @param referred told of each file that is referred to, whether it can be read or not
   */
  SecretReferences(
      Path directory, Function<String, @Nullable String> environment, Consumer<Path> referred) {
    this.referred = referred;
    this.directory = directory;
    this.environment = environment;
  }

  /** A value whose references are replaced, and how it may be shown. */
  record Resolved(String value, String shown) {
    Secret asSecret() {
      return Secret.resolved(value, shown);
    }
  }

  /**
   * Replaces the references in a text.
   *
   * @throws IllegalArgumentException with the problem, when a reference cannot be resolved
   */
  Resolved resolve(String text) {
    StringBuilder value = new StringBuilder();
    Matcher matcher = REFERENCE.matcher(text);
    boolean referred = false;
    int done = 0;
    while (matcher.find()) {
      value.append(text, done, matcher.start());
      if (matcher.group().startsWith("$$")) {
        value.append(matcher.group().substring(1));
      } else {
        if (!matcher.group().endsWith("}")) {
          throw new IllegalArgumentException("a reference is not closed; expected ${env:NAME}");
        }
        value.append(lookUp(matcher.group(1)));
        referred = true;
      }
      done = matcher.end();
    }
    value.append(text, done, text.length());
    return new Resolved(value.toString(), referred ? text : Secret.MASK);
  }

  private String lookUp(String reference) {
    int colon = reference.indexOf(':');
    String kind = colon < 0 ? "" : reference.substring(0, colon);
    String name = reference.substring(colon + 1);
    return switch (kind) {
      case "env" -> variable(name);
      case "file" -> file(name);
      default ->
          throw new IllegalArgumentException(
              "${"
                  + reference
                  + "} is no reference; expected ${env:NAME} or ${file:/path}, or $${ for the"
                  + " characters themselves");
    };
  }

  private String variable(String name) {
    String value = environment.apply(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(
          "the environment variable " + name + (value == null ? " is not set" : " is empty"));
    }
    return value;
  }

  /** A file that the configuration refers to. */
  Path refer(String name) {
    Path file = directory.resolve(name);
    referred.accept(file);
    return file;
  }

  private String file(String name) {
    Path file = refer(name);
    try {
      if (!Files.isRegularFile(file)) {
        throw new IllegalArgumentException("there is no file " + file);
      }
      if (Files.size(file) > LARGEST_FILE) {
        throw new IllegalArgumentException("the file " + file + " is larger than 64KiB");
      }
      return Files.readString(file).replaceAll("[\\r\\n]+\\z", "");
    } catch (IOException e) {
      throw new IllegalArgumentException("the file " + file + " cannot be read as text", e);
    }
  }
}
