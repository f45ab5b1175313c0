package dev.weir.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.weir.gateway.kit.Peers;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An option is something that one can set, that does something, and of which one can read. */
class OptionsTest {
  private static final Path TESTS = Path.of("src/test/java/dev/weir/gateway");
  private static final Pattern NAMED = Pattern.compile("(?<![\\w-])[a-z]+(?:-[a-z]+)*(?=:)");
  private static final String CONFIG = OptionInfo.class.getPackageName();

  private record Declared(Class<?> record, OptionInfo option) {
    @Override
    public String toString() {
      return record.getSimpleName() + "." + option.name();
    }
  }

  @Test
  void eachIsReadByTheProgram() {
    JavaClasses program =
        ArchConfiguration.withThreadLocalScope(
            scope -> {
              // The JDK's classes and others' take long to read, and read no option.
              scope.setResolveMissingDependenciesFromClassPath(false);
              return new ClassFileImporter().importPath(Path.of("target/classes"));
            });
    assertThat(isRead(program.get(OptionInfo.class), "accessor"))
        .as("nobody asks for it, and the search finds nobody")
        .isFalse();
    Set<String> unread = new TreeSet<>();
    for (Declared declared : options()) {
      if (!isRead(program.get(declared.record()), declared.option().accessor().getName())) {
        unread.add(declared.toString());
      }
    }
    assertThat(unread).as("options that nothing outside " + CONFIG + " asks for").isEmpty();
  }

  @Test
  void eachIsOnThePageOfTheConfiguration() throws IOException {
    String page = Files.readString(Peers.root().resolve("docs/configuration.md"));
    for (Declared declared : options()) {
      OptionInfo option = declared.option();
      assertThat(page.lines())
          .as(declared.toString())
          .anyMatch(
              line ->
                  line.startsWith("| `" + option.name() + "` |") && line.contains(option.about()));
    }
  }

  @Test
  void eachIsSetToAnotherValueThanItsDefaultInAFileThatIsRight() throws Exception {
    Set<String> missing = new TreeSet<>();
    options().forEach(option -> missing.add(option.toString()));
    for (Path file : ConfigFiles.right()) {
      remove(missing, ConfigFiles.read(Files.readString(file)));
    }
    assertThat(missing).as("options that src/test/resources/config does not set").isEmpty();
  }

  @Test
  void eachIsNamedInATestOfWhatItDoes() throws IOException {
    Set<String> named = new HashSet<>();
    try (Stream<Path> files = Files.walk(TESTS)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        if (!file.startsWith(TESTS.resolve("config"))) {
          NAMED
              .matcher(Files.readString(file).replace("\\n", " "))
              .results()
              .map(MatchResult::group)
              .forEach(named::add);
        }
      }
    }
    Set<String> unnamed = new TreeSet<>();
    for (Declared declared : options()) {
      if (!named.contains(declared.option().name())) {
        unnamed.add(declared.toString());
      }
    }
    assertThat(unnamed).isEmpty();
  }

  /** Takes away what some block of a configuration has another value of than by default. */
  private static void remove(Set<String> missing, @Nullable Object value) {
    switch (value) {
      case Record record when OptionInfo.isBlock(record.getClass()) -> {
        for (OptionInfo option : OptionInfo.of(record.getClass())) {
          if (!Objects.equals(option.of(record), RecordBinder.defaultOf(option))) {
            missing.remove(new Declared(record.getClass(), option).toString());
          }
          remove(missing, option.of(record));
        }
      }
      case Collection<?> list -> list.forEach(element -> remove(missing, element));
      case Map<?, ?> map -> map.values().forEach(element -> remove(missing, element));
      case null, default -> {}
    }
  }

  /** Those of the whole configuration and of every block in it. */
  private static List<Declared> options() {
    SequencedSet<Class<?>> records = new LinkedHashSet<>();
    collect(GatewayConfig.class, records);
    assertThat(records).hasSizeGreaterThan(10);
    return records.stream()
        .flatMap(record -> OptionInfo.of(record).stream().map(o -> new Declared(record, o)))
        .toList();
  }

  private static void collect(Type type, SequencedSet<Class<?>> records) {
    if (type instanceof ParameterizedType collection) {
      Type[] elements = collection.getActualTypeArguments();
      collect(elements[elements.length - 1], records);
    } else if (type instanceof Class<?> single && single.isSealed()) {
      List.of(single.getPermittedSubclasses()).forEach(form -> collect(form, records));
    } else if (type instanceof Class<?> single
        && OptionInfo.isBlock(single)
        && records.add(single)) {
      OptionInfo.of(single).forEach(option -> collect(option.type(), records));
    }
  }

  /**
   * Whether somebody outside the configuration learns an option: from its accessor, there or in the
   * interface of its record, or from a method of the record that uses it.
   */
  private static boolean isRead(JavaClass record, String name) {
    Deque<JavaMember> ways =
        new ArrayDeque<>(List.of(record.getMethod(name), record.getField(name)));
    record.getRawInterfaces().stream()
        .flatMap(type -> type.tryGetMethod(name).stream())
        .forEach(ways::add);
    Set<JavaMember> seen = new HashSet<>(ways);
    while (!ways.isEmpty()) {
      for (JavaAccess<?> access : ways.pop().getAccessesToSelf()) {
        if (!access.getOriginOwner().getPackageName().equals(CONFIG)) {
          return true;
        }
        if (access.getOrigin() instanceof JavaMethod method
            && method.getOwner().equals(record)
            && !method.getRawReturnType().equals(record)
            && seen.add(method)) {
          ways.add(method);
        }
      }
    }
    return false;
  }
}
