package dev.weir.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamePrefixTest {
  @Test
  void aNameWithSeparatorsOfItsOwnComesBackWhole() {
    String prefixed = NamePrefix.add("search", "find__all__");
    assertThat(NamePrefix.split(prefixed)).isEqualTo(new NamePrefix.Split("search", "find__all__"));
  }

  @Test
  void aNameWithoutPrefixBelongsToNobody() {
    assertThat(NamePrefix.split("echo")).isNull();
    assertThat(NamePrefix.split("__echo")).isNull();
  }
}
