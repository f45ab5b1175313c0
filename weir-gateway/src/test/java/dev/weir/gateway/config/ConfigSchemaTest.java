package dev.weir.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weir.gateway.kit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code docs/weir.schema.json} is made from the code; {@code -Ddocs=write} rewrites it. */
class ConfigSchemaTest {
  private static final Path FILE = Peers.root().resolve("docs/weir.schema.json");
  private static final Pattern YAML = Pattern.compile("(?ms)^```yaml\\n(.*?)^```$");
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final JsonNode DOCUMENT = JsonMapper.shared().readTree(ConfigSchema.json());
  private static final Schema SCHEMA = REGISTRY.getSchema(DOCUMENT);

  /** Wrong by what the schema cannot know: other options, the machine. */
  private static final Set<String> BEYOND_SHAPE =
      Set.of(
          "public-sockets",
          "public-admin",
          "admin-same-address",
          "admin-without-names",
          "references",
          "auth-empty",
          "auth-missing",
          "oauth-roles",
          "tls-key",
          "tls-no-authority",
          "tracing-endpoint");

  /** Wrong for every reader of YAML. */
  private static final Set<String> NOT_YAML =
      Set.of("given-twice", "not-yaml", "tab-indent", "tags");

  static List<Path> right() throws Exception {
    return ConfigFiles.right();
  }

  static List<Path> wrong() throws Exception {
    return ConfigFiles.wrong();
  }

  @Test
  void theFileInTheTreeIsWhatTheCodeDeclares() throws IOException {
    if ("write".equals(System.getProperty("docs"))) {
      Files.writeString(FILE, ConfigSchema.json());
    }
    assertThat(FILE)
        .as("mvn -pl weir-gateway -am test -Ddocs=write mends it")
        .hasContent(ConfigSchema.json());
  }

  @Test
  void itIsASchemaItself() {
    String dialect = SpecificationVersion.DRAFT_2020_12.getDialectId();
    assertThat(DOCUMENT.path("$schema").asString()).isEqualTo(dialect);
    Schema ofSchemas = REGISTRY.getSchema(SchemaLocation.of(dialect));
    assertThat(ofSchemas.validate(DOCUMENT)).isEmpty();
  }

  @Test
  void everyOptionSaysWhatItDoesAndNoBlockTakesOthers() {
    Map<String, JsonNode> blocks = new LinkedHashMap<>();
    blocks.put("", DOCUMENT);
    DOCUMENT.path("$defs").properties().stream()
        .filter(definition -> definition.getValue().has("properties"))
        .forEach(definition -> blocks.put(definition.getKey(), definition.getValue()));
    assertThat(blocks).containsKeys("pool", "upstream-process", "upstream-remote", "limit");
    blocks.forEach(
        (name, block) -> {
          assertThat(block.path("additionalProperties").asBoolean(true)).as(name).isFalse();
          block
              .path("properties")
              .properties()
              .forEach(
                  option ->
                      assertThat(option.getValue().path("description").asString(""))
                          .as(name + "." + option.getKey())
                          .isNotEmpty());
        });
  }

  @Test
  void formsDefaultsWordsAndRangesAreThere() {
    JsonNode pool = DOCUMENT.at("/$defs/pool/properties");
    assertThat(pool.at("/max/minimum").asInt(-1)).isEqualTo(1);
    assertThat(pool.at("/max/default").asInt()).isEqualTo(20);
    assertThat(pool.at("/min/minimum").asInt(-1)).isZero();
    assertThat(pool.at("/acquire-timeout/$ref").asString()).isEqualTo("#/$defs/duration");
    assertThat(pool.at("/acquire-timeout/default").asString()).isEqualTo("5s");
    assertThat(DOCUMENT.at("/$defs/upstream-process/properties/isolation/enum"))
        .hasToString("[\"dedicated\",\"identity\",\"shared\"]");
    assertThat(errors("drain-timeout: 0s")).isEmpty();
    assertThat(errors("sessions: { idle-timeout: 0s }")).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("right")
  void whatIsRightPasses(Path file) throws Exception {
    assertThat(errors(Files.readString(file))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("right")
  void whatIsWrittenOfAConfigurationPasses(Path file) throws Exception {
    GatewayConfig config = ConfigFiles.read(Files.readString(file));
    assertThat(errors(WrittenConfig.withDefaults(config).yaml())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void whatIsWrongByItsShapeFails(Path file) throws Exception {
    String name = ConfigFiles.name(file);
    String yaml = Files.readString(file);
    if (NOT_YAML.contains(name)) {
      assertThat(isYaml(yaml)).isFalse();
    } else if (BEYOND_SHAPE.contains(name)) {
      assertThat(errors(yaml)).isEmpty();
    } else {
      assertThat(errors(yaml)).isNotEmpty();
    }
  }

  @Test
  void everyExampleOfTheDocumentsPasses() throws Exception {
    Map<String, String> examples = examples();
    assertThat(examples).hasSizeGreaterThan(10);
    examples.forEach((where, yaml) -> assertThat(errors(yaml)).as(where).isEmpty());
  }

  /** The blocks of YAML in the pages, and the files of the examples. */
  private static Map<String, String> examples() throws IOException {
    Map<String, String> examples = new LinkedHashMap<>();
    for (Path page : pages()) {
      YAML.matcher(Files.readString(page))
          .results()
          .forEach(block -> examples.put(page + ":" + block.start(), block.group(1)));
      if (page.toString().endsWith(".yaml")) {
        examples.put(page.toString(), Files.readString(page));
      }
    }
    return examples;
  }

  private static List<Path> pages() throws IOException {
    Path root = Peers.root();
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files =
        Stream.of(
                Files.list(root),
                Files.walk(root.resolve("docs")),
                Files.walk(root.resolve("examples")))
            .flatMap(each -> each)) {
      files.filter(file -> file.toString().matches(".*\\.(md|yaml)")).forEach(pages::add);
    }
    return pages;
  }

  private static List<Error> errors(String yaml) {
    return SCHEMA.validate(JsonMapper.shared().<JsonNode>valueToTree(load(yaml)));
  }

  private static boolean isYaml(String text) {
    try {
      load(text);
      return true;
    } catch (YamlEngineException e) {
      return false;
    }
  }

  private static Object load(String yaml) {
    return new Load(LoadSettings.builder().build()).loadFromString(yaml);
  }
}
