package dev.weir.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.jdbc.kit.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the README, which is what stands between the two marks here. */
@Timeout(120)
class ReadmeExampleTest {
  private static final Path ROOT = Path.of("..");
  private static final Path HERE = Path.of("src/test/java/dev/weir/jdbc/ReadmeExampleTest.java");

  // begin
  static int order(String url, String user, String password, int number) throws SQLException {
    try (WeirDataSource db =
        WeirDataSource.builder()
            .url(url)
            .user(user)
            .password(password)
            .pool(p -> p.max(20))
            .build()) {
      return db.inTransaction(
          connection -> {
            PreparedStatement insert = connection.prepareStatement("insert into orders values (?)");
            insert.setInt(1, number);
            return insert.executeUpdate();
          });
    }
  }

  // end

  @Test
  void theExampleDoesWhatItSays() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      postgres.execute("create table orders (id int)");
      assertThat(order(postgres.url(), "postgres", "", 7)).isEqualTo(1);
      assertThat(postgres.ask("select id from orders")).containsExactly("7");
    }
    String source = Files.readString(HERE);
    String mark = "  // begin\n";
    String example =
        source.substring(source.indexOf(mark) + mark.length(), source.indexOf("\n  // end"));
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```");
  }
}
