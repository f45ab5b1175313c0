import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Formats every Java file of the tree with google-java-format, or checks that it is formatted.
 *
 * <p>{@code check ROOT} names the files that differ and fails; {@code write ROOT} rewrites them.
 * Run by the build on its own JDK, since the formatter works on the JDK's compiler.
 */
public class Format {
  private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git", ".weir");

  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    Path root = Path.of(args[1]);
    List<Path> differing = new ArrayList<>();
    for (Path file : javaFiles(root)) {
      String before = Files.readString(file);
      String after = format(file, before);
      if (!after.equals(before)) {
        differing.add(root.relativize(file));
        if (write) {
          Files.writeString(file, after);
        }
      }
    }
    differing.forEach(
        file -> System.out.println((write ? "formatted: " : "not formatted: ") + file));
    if (!write && !differing.isEmpty()) {
      System.out.println(differing.size() + " files are not formatted; dev/format mends them");
      System.exit(1);
    }
  }

  private static String format(Path file, String text) {
    try {
      var options = JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.GOOGLE).build();
      String ordered =
          ImportOrderer.reorderImports(
              RemoveUnusedImports.removeUnusedImports(text), options.style());
      return new Formatter(options).formatSource(ordered);
    } catch (Exception e) {
      throw new IllegalStateException(file + " cannot be formatted: " + e.getMessage(), e);
    }
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return SKIPPED.contains(String.valueOf(dir.getFileName()))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
