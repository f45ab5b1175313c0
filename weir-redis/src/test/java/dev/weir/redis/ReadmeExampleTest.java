package dev.weir.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.redis.kit.RealRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.AbstractTransaction;

/** The example of the README, which is what stands between the two marks here. */
@Timeout(300)
class ReadmeExampleTest {
  private static final Path ROOT = Path.of("..");
  private static final Path HERE = Path.of("src/test/java/dev/weir/redis/ReadmeExampleTest.java");

  // begin
  static String visit(String url, String page) {
    try (WeirRedis weir = WeirRedis.builder().url(url).pool(pool -> pool.max(20)).build()) {
      weir.unified().set("last", page); // on whichever connection is free
      weir.withRedis( // all of this on one
          redis -> {
            AbstractTransaction both = redis.multi();
            both.incr("visits:" + page);
            both.incr("visits");
            return both.exec();
          });
      return weir.unified().get("last") + " " + weir.unified().get("visits");
    }
  }

  // end

  @Test
  void theExampleDoesWhatItSays() throws Exception {
    try (RealRedis server = RealRedis.with()) {
      assertThat(visit(server.url(), "home")).isEqualTo("home 1");
      assertThat(visit(server.url(), "news")).isEqualTo("news 2");
    }
    String source = Files.readString(HERE);
    String mark = "  // begin\n";
    String example =
        source.substring(source.indexOf(mark) + mark.length(), source.indexOf("\n  // end"));
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```");
  }
}
