package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/security.md} against the tests that it names. */
class SecurityPageTest {
  private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

  @Test
  void everyDefenceNamesTestsThatAreThere() throws IOException {
    List<String> rows =
        Files.readAllLines(Peers.root().resolve("docs/security.md")).stream()
            .dropWhile(line -> !line.equals("| threat | defence | test |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(15);
    Map<String, Path> classes = classes();
    var missing = new TreeSet<String>();
    for (String row : rows) {
      String tests = row.split("\\|", -1)[3];
      assertThat(TEST.matcher(tests).find()).as(row).isTrue();
      for (var named : TEST.matcher(tests).results().toList()) {
        Path source = classes.get(named.group(1));
        if (source == null || !hasTest(Files.readString(source), named.group(2))) {
          missing.add(named.group());
        }
      }
    }
    assertThat(missing).as("tests that docs/security.md names and nobody runs").isEmpty();
  }

  private static boolean hasTest(String source, String name) {
    int at = source.indexOf("void " + name + "(");
    String before = at < 0 ? "" : source.substring(source.lastIndexOf("\n  }\n", at) + 1, at);
    return before.contains("@Test") || before.contains("@ParameterizedTest");
  }

  private static Map<String, Path> classes() throws IOException {
    Map<String, Path> classes = new HashMap<>();
    for (String module : List.of("weir-gateway", "weir-mcp")) {
      try (Stream<Path> files = Files.walk(Peers.root().resolve(module).resolve("src/test/java"))) {
        files
            .filter(file -> file.toString().endsWith("Test.java"))
            .forEach(file -> classes.put(file.getFileName().toString().replace(".java", ""), file));
      }
    }
    return classes;
  }
}
