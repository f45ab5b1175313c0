package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern CLASS = Pattern.compile("\\b[A-Z][a-z]\\w+");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");

  @Test
  void everyClassOnTheWayOfACallIsThere() throws IOException {
    Set<String> classes = sources();
    Set<String> named = new TreeSet<>();
    for (String line : Files.readAllLines(Peers.root().resolve("docs/architecture.md"))) {
      boolean step = line.matches("\\| \\d+'? \\|.*");
      if (step || line.matches("\\d\\. `weir-.*")) {
        String where = step ? line.substring(line.lastIndexOf('|', line.length() - 2)) : line;
        CODE.matcher(where)
            .results()
            .map(code -> code.group(1))
            .flatMap(code -> CLASS.matcher(code).results())
            .map(MatchResult::group)
            .forEach(named::add);
      }
    }
    assertThat(named).hasSizeGreaterThan(20);
    assertThat(classes).containsAll(named);
  }

  @Test
  void everyPageThatIsLinkedIsThere() throws IOException {
    Path root = Peers.root();
    try (Stream<Path> pages = Stream.concat(Files.list(root), Files.list(root.resolve("docs")))) {
      for (Path page : pages.filter(path -> path.toString().endsWith(".md")).toList()) {
        Matcher link = LINK.matcher(Files.readString(page));
        while (link.find()) {
          assertThat(page.resolveSibling(link.group(1))).as(page + " links to").exists();
        }
      }
    }
  }

  private static Set<String> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Peers.root(), 14)) {
      return files
          .map(Path::toString)
          .filter(file -> file.contains("/src/main/java/") && file.endsWith(".java"))
          .map(file -> file.substring(file.lastIndexOf('/') + 1, file.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }
}
