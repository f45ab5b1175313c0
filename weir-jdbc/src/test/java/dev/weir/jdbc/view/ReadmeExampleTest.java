package dev.weir.jdbc.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.bouncer.PgBouncerConsole;
import dev.weir.jdbc.bouncer.kit.Database;
import dev.weir.jdbc.bouncer.kit.PgBouncer;
import dev.weir.jdbc.view.DatabaseHealth.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the README, which is what stands between the two marks here. */
@Timeout(300)
class ReadmeExampleTest {
  private static final Path ROOT = Path.of("..");
  private static final Path HERE =
      Path.of("src/test/java/dev/weir/jdbc/view/ReadmeExampleTest.java");

  // begin
  static DatabaseView watch(DataSource orders, PgBouncerConsole console, Consumer<Alert> pager) {
    return DatabaseView.builder("orders", orders)
        .pgBouncer(console)
        .options(ViewOptions.defaults().withMaxUsed(0.5))
        .listener(pager::accept)
        .start();
  }

  // end

  @Test
  void theExampleDoesWhatItSays() throws Exception {
    BlockingQueue<Alert> paged = new LinkedBlockingQueue<>();
    try (Database database =
            Database.start(Map.of("max_connections", "6", "superuser_reserved_connections", "3"));
        PgBouncer bouncer = PgBouncer.start(database, Map.of());
        Connection one = database.dataSource().getConnection();
        Connection two = database.dataSource().getConnection();
        Connection three = database.dataSource().getConnection()) {
      assertThat(one.isValid(5) && two.isValid(5) && three.isValid(5)).isTrue();
      try (DatabaseView view = watch(database.dataSource(), bouncer.console(), paged::add)) {
        Alert alert = paged.poll(60, TimeUnit.SECONDS);
        assertThat(alert).isNotNull();
        assertThat(alert.kind()).isEqualTo(Alert.Kind.CONNECTIONS_USED);
        assertThat(view.health().status()).isEqualTo(Status.WARNING);
        assertThat(view.options().interval()).isEqualTo(Duration.ofSeconds(30));
      }
    }
  }

  @Test
  void theReadmeHasTheExample() throws Exception {
    String source = Files.readString(HERE);
    String mark = "  // begin\n";
    String example =
        source.substring(source.indexOf(mark) + mark.length(), source.indexOf("\n  // end"));
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```");
  }
}
