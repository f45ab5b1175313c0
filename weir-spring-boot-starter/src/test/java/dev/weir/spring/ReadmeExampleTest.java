package dev.weir.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** The example of the README, which is what stands between the two marks here. */
@Timeout(120)
class ReadmeExampleTest {
  private static final Path ROOT = Path.of("..");
  private static final Path HERE = Path.of("src/test/java/dev/weir/spring/ReadmeExampleTest.java");

  // begin
  @EnableAutoConfiguration
  static class Shop {
    static int order(String url, String user, String name) {
      String[] settings = {
        "--spring.datasource.url=" + url, "--spring.datasource.username=" + user
      };
      try (ConfigurableApplicationContext shop = SpringApplication.run(Shop.class, settings)) {
        JdbcTemplate jdbc = shop.getBean(JdbcTemplate.class);
        return jdbc.update("insert into orders values (?)", name);
      }
    }
  }

  // end

  @Test
  void theExampleDoesWhatItSays() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      try (var connection = postgres.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute("create table orders (name text)");
      }
      String url = "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
      assertThat(Shop.order(url, "postgres", "bread")).isEqualTo(1);
    }
    String source = Files.readString(HERE);
    String mark = "  // begin\n";
    String example =
        source.substring(source.indexOf(mark) + mark.length(), source.indexOf("\n  // end"));
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```");
  }
}
