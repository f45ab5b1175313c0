package dev.weir.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CrowdTest {
  @Test
  void whatEachClientHasFoundIsInTheOrderOfClients() throws Exception {
    assertThat(Crowd.run(3, client -> client * 10)).containsExactly(0, 10, 20);
  }

  @Test
  void aClientThatFailsEndsTheOthersAndSaysWhy() {
    assertThatThrownBy(
            () ->
                Crowd.run(
                    2,
                    client -> {
                      if (client == 0) {
                        throw new IllegalStateException("no status line");
                      }
                      Thread.sleep(3_600_000);
                      return client;
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no status line");
  }
}
