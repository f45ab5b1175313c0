package dev.weir.gateway.cli;

import dev.weir.gateway.auth.NewToken;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.config.AuthConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code weir token new}: makes a token, and the line by which a gateway knows it. */
@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    description = "Makes a token and shows it once; the configuration gets its hash.",
    footer = {
      "",
      "For example:  weir token new ci",
      "              weir token new prometheus --role metrics"
    })
final class TokenNewCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "Who is to have it; the subject of its sessions.")
  private String name = "";

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      defaultValue = "user",
      description = "What it may do; may be repeated; user by default.")
  private List<String> roles = List.of();

  @Option(names = "--json", description = "Print token, hash and roles as one JSON object.")
  private boolean json;

  private final Terminal terminal;

  TokenNewCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (!name.matches(AuthConfig.NAME_FORM)) {
      throw new CommandFailure(
          ExitCodes.USAGE,
          "'" + name + "' is no name; expected letters, digits and any of . _ @ -, 64 at most");
    }
    if (!roles.stream().allMatch(role -> role.matches(AuthConfig.NAME_FORM))) {
      throw new CommandFailure(
          ExitCodes.USAGE, "--role: expected user, metrics, admin or one of auth.roles");
    }
    String token = NewToken.make();
    TokenHash hash = TokenHash.of(token);
    if (json) {
      printJson(token, hash);
    } else {
      print(token, hash);
    }
    terminal.out().flush();
    return ExitCodes.OK;
  }

  private void printJson(String token, TokenHash hash) {
    ObjectNode made = JsonMapper.shared().createObjectNode();
    made.put("name", name).put("token", token).put("hash", hash.toString());
    roles.forEach(made.putArray("roles")::add);
    terminal.out().println(made);
  }

  private void print(String token, TokenHash hash) {
    var out = terminal.out();
    out.println("The token, which is shown this once:");
    out.println();
    out.println("  " + token);
    out.println();
    out.println("For the configuration, which does not have it:");
    out.println();
    out.println("auth:");
    out.println("  tokens:");
    out.println(
        "    \"%s\": { hash: \"%s\", roles: [%s] }"
            .formatted(name, hash, String.join(", ", roles)));
  }
}
