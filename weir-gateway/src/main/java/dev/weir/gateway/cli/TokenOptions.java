package dev.weir.gateway.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With what a command shows a gateway who it is. No token is an argument, which others can see. */
final class TokenOptions {
  private static final String VARIABLE = "WEIR_TOKEN";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = {
        "A file with the token to show, as Authorization: Bearer.",
        "Without it a server of this machine is shown $WEIR_TOKEN, where that is set."
      })
  private @Nullable Path file;

  /** The header for a server at this place; none without a token. */
  Map<String, String> headers(URI server) {
    String token = file == null ? ofEnvironment(server) : read(file);
    return token == null ? Map.of() : Map.of("Authorization", "Bearer " + token);
  }

  /** What is always set is not told to every server that somebody types. */
  private static @Nullable String ofEnvironment(URI server) {
    String token = System.getenv(VARIABLE);
    return token == null || token.isBlank() || !isHere(server)
        ? null
        : checked(token.strip(), "$" + VARIABLE);
  }

  private static String read(Path file) {
    try {
      return checked(Files.readString(file).strip(), file.toString());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCodes.USAGE,
          "--token-file: " + file + " cannot be read; expected a file with a token");
    }
  }

  /** The token goes into a line of a request, and must not go beyond it. */
  private static String checked(String token, String from) {
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new CommandFailure(ExitCodes.USAGE, from + " has no token: expected one word");
    }
    return token;
  }

  /** Whether a server is on this machine, so that nothing stands between. */
  static boolean isHere(URI server) {
    try {
      return InetAddress.getByName(server.getHost()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
