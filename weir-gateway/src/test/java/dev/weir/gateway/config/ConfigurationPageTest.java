package dev.weir.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} is made from the options' own declarations; {@code -Ddocs=write}
 * rewrites it.
 */
class ConfigurationPageTest {
  private static final Path PAGE = Peers.root().resolve("docs/configuration.md");

  /** Of an upstream, what changes makes another one of it; no option of these needs a restart. */
  private static final List<Class<?>> OF_THE_GATEWAY =
      List.of(
          GatewayConfig.class,
          TlsConfig.class,
          AuthConfig.class,
          TokenConfig.class,
          CertificateConfig.class,
          OAuthConfig.class,
          RoleConfig.class,
          AdminConfig.class,
          SessionConfig.class,
          ModernConfig.class,
          LimitConfig.class,
          AccessLogConfig.class,
          TracingConfig.class);

  private static final String HEAD =
      """
      # Configuration

      One YAML file, `weir serve --config weir.yaml` (or `weir.yaml` where `weir` is started). `weir check FILE` says everything that is wrong with one:
      line, option, what was expected, the nearest valid name. `weir config print --effective FILE` shows what the gateway makes of it, every default included and no secret;
      what it prints is a configuration again.

      Editors complete and check it by [weir.schema.json](weir.schema.json), which `weir config schema` prints. With the YAML language server (VS Code, Neovim and others)
      the first line of `weir.yaml` leads there, as a path beside it or a URL:

      ```yaml
      # yaml-language-server: $schema=weir.schema.json
      upstreams:
        search: { url: "https://mcp.example.com/mcp" }
      ```

      The schema knows names, types, forms and where numbers begin. What depends on another option or on the machine, only `weir check` says.

      Durations are written `500ms`, `5s`, `30m`, `24h`; sizes `64KiB`, `4MiB`, `1GiB`; parts `10%`. Values of `environment`, `headers`, `url`, `urls` and `endpoint` may refer to secrets:
      `${env:NAME}` is a variable of the gateway's environment, `${file:/path}` the content of a file.

      A running gateway reads the file again when it has changed, and on SIGHUP: see [operations.md](operations.md#reload). What is marked **restart** takes effect only after
      a restart; a change of an upstream's options, but for `max-sessions`, `required` and `warn-connections`, makes another upstream of it.

      This page is made from the code.
      """;

  @Test
  void thePageSaysWhatTheCodeDeclares() throws IOException {
    String page =
        HEAD
            + section("Top level", GatewayConfig.class)
            + section("tls", TlsConfig.class)
            + section("sockets, each", SocketConfig.class)
            + section("auth", AuthConfig.class)
            + section("auth.tokens.NAME", TokenConfig.class)
            + section("auth.certificates.NAME", CertificateConfig.class)
            + section("auth.oauth", OAuthConfig.class)
            + section("auth.roles.NAME", RoleConfig.class)
            + section("auth.roles.NAME.tools", FilterConfig.class)
            + section("admin", AdminConfig.class)
            + section("sessions", SessionConfig.class)
            + section("modern", ModernConfig.class)
            + section("limits", LimitConfig.class)
            + section("access-log", AccessLogConfig.class)
            + section("tracing", TracingConfig.class)
            + section("upstreams.NAME, a process (stdio)", UpstreamConfig.Process.class)
            + section("upstreams.NAME, a server over HTTP", UpstreamConfig.Remote.class)
            + section(
                "upstreams.NAME, a server on a TCP or Unix socket", UpstreamConfig.Socket.class)
            + section("upstreams.NAME.ejection", EjectionConfig.class)
            + section("upstreams.NAME.pool", PoolConfig.class)
            + section("upstreams.NAME.standby", StandbyConfig.class)
            + section("upstreams.NAME.session-standby", SessionStandbyConfig.class)
            + section("upstreams.NAME.sharing", SharingConfig.class)
            + section("aggregates.NAME", AggregateConfig.class)
            + section("aggregates.NAME.members.UPSTREAM", MemberConfig.class)
            + section("aggregates.NAME.members.UPSTREAM.tools, .prompts", NamesConfig.class)
            + section("aggregates.NAME.members.UPSTREAM.resources", FilterConfig.class);
    if ("write".equals(System.getProperty("docs"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("mvn -pl weir-gateway -am test -Ddocs=write mends it").hasContent(page);
  }

  private static String section(String title, Class<?> record) {
    boolean restarts = OF_THE_GATEWAY.contains(record);
    StringBuilder section =
        new StringBuilder("\n## " + title + "\n\n| option | is | default | |\n|---|---|---|---|\n");
    for (RecordComponent component : record.getRecordComponents()) {
      Option option = Objects.requireNonNull(component.getAnnotation(Option.class));
      section
          .append("| `")
          .append(Options.dashed(component.getName()))
          .append("` | ")
          .append(kind(component.getType()))
          .append(" | ")
          .append(option.byDefault().isEmpty() ? "" : "`" + option.byDefault() + "`")
          .append(" | ")
          .append(restarts && !isBlock(component) && !option.live() ? "**restart:** " : "")
          .append(option.about())
          .append(" |\n");
    }
    return section.toString();
  }

  private static boolean isBlock(RecordComponent component) {
    return OptionInfo.isBlock(component.getType());
  }

  private static String kind(Class<?> type) {
    if (type == LogPlace.class) {
      return LogPlace.EXPECTED;
    }
    if (type == Duration.class) {
      return "duration";
    }
    if (type == ByteSize.class) {
      return "size";
    }
    if (type == Percent.class) {
      return "part";
    }
    if (type == int.class) {
      return "number";
    }
    if (type == boolean.class) {
      return "true, false";
    }
    if (List.class.isAssignableFrom(type)) {
      return "list";
    }
    if (Map.class.isAssignableFrom(type) || OptionInfo.isBlock(type)) {
      return "block";
    }
    if (PemFile.class.isAssignableFrom(type)) {
      return "PEM file";
    }
    if (type.isEnum()) {
      return String.join(", ", Options.choices(type));
    }
    return "text";
  }
}
