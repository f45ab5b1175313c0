import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Shows that the stress tests can fail: makes one small change at a time to a copy of the pool's
 * sources, and runs the test that guards against it, which has to fail.
 *
 * <p>{@code dev/stress --mutants [NAME]}. The changes are in {@code src/jcstress/mutants.txt}:
 *
 * <pre>
 * == name: test that must fail
 * -- file, below dev/weir/pool
 * the text before
 * ->
 * the text after
 * </pre>
 */
public class Mutants {
  private record Mutant(String name, String test, List<Change> changes) {}

  private record Change(String file, String before, String after) {}

  private static final Path SOURCES = Path.of("weir-pool/src/main/java");
  private static final Path STRESS = Path.of("weir-pool/src/jcstress");
  private static final Path WORK = Path.of("weir-pool/target/mutants").toAbsolutePath();

  public static void main(String[] args) throws Exception {
    String only = args.length > 0 ? args[0] : "";
    List<String> survivors = new ArrayList<>();
    int run = 0;
    for (Mutant mutant : read()) {
      if (mutant.name.contains(only)) {
        run++;
        boolean killed = isKilled(mutant);
        System.out.println(
            (killed ? "killed:   " : "SURVIVED: ") + mutant.name + ", by " + mutant.test);
        if (!killed) {
          survivors.add(mutant.name);
        }
      }
    }
    System.out.println(run + " mutants, " + survivors.size() + " survived");
    System.exit(survivors.isEmpty() && run > 0 ? 0 : 1);
  }

  private static List<Mutant> read() throws IOException {
    List<Mutant> mutants = new ArrayList<>();
    for (String block : ("\n" + Files.readString(STRESS.resolve("mutants.txt"))).split("\n== ")) {
      if (mutants.isEmpty() && !block.contains("\n-- ")) {
        continue; // what stands before the first
      }
      String[] parts = block.split("\n-- ");
      String[] head = parts[0].strip().split(": ");
      List<Change> changes = new ArrayList<>();
      for (int i = 1; i < parts.length; i++) {
        String[] fileAndText = parts[i].split("\n", 2);
        String[] texts = fileAndText[1].split("\n->\n?", 2);
        changes.add(new Change(fileAndText[0].strip(), texts[0], texts[1].stripTrailing()));
      }
      mutants.add(new Mutant(head[0], head[1], changes));
    }
    return mutants;
  }

  private static boolean isKilled(Mutant mutant) throws Exception {
    Path sources = WORK.resolve("src");
    delete(WORK);
    copy(SOURCES, sources);
    for (Change change : mutant.changes) {
      Path file = sources.resolve("dev/weir/pool").resolve(change.file);
      String text = Files.readString(file);
      if (text.split(java.util.regex.Pattern.quote(change.before), -1).length != 2) {
        throw new IllegalStateException(
            mutant.name + ": the text before is not there once in " + change.file);
      }
      Files.writeString(file, text.replace(change.before, change.after));
    }
    Path classes = Files.createDirectories(WORK.resolve("classes"));
    String path = classes + ":" + System.getProperty("java.class.path");
    compile(sources, classes, path, "-proc:none");
    compile(
        STRESS.resolve("java"),
        classes,
        path,
        "-processor",
        "org.openjdk.jcstress.infra.processors.JCStressTestProcessor");
    return stress(path, mutant.test) != 0;
  }

  private static void compile(Path sources, Path classes, String path, String... options)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-nowarn", "-cp", path, "-d", "" + classes));
    arguments.addAll(List.of(options));
    try (Stream<Path> files = Files.walk(sources)) {
      files
          .map(Path::toString)
          .filter(name -> name.endsWith(".java") && !name.endsWith("module-info.java"))
          .forEach(arguments::add);
    }
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, System.out, System.out, arguments.toArray(String[]::new));
    if (failed != 0) {
      throw new IllegalStateException(sources + " does not compile");
    }
  }

  private static int stress(String path, String test) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>(List.of(java, "-cp", path, "org.openjdk.jcstress.Main"));
    command.addAll(
        List.of(
            "-m", "quick", "-iters", "10", "-time", "300", "-sc", "false", "-hs", "128", "-t",
            test));
    command.addAll(List.of("-r", WORK.resolve("results").toString()));
    return new ProcessBuilder(command)
        .directory(WORK.toFile())
        .redirectErrorStream(true)
        .redirectOutput(WORK.resolve("jcstress.log").toFile())
        .start()
        .waitFor();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void delete(Path root) throws IOException {
    if (Files.exists(root)) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file :
            (Iterable<Path>) files.sorted(java.util.Comparator.reverseOrder())::iterator) {
          Files.delete(file);
        }
      }
    }
  }
}
