package dev.weir.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.Allowed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void aNameGoesOutWithThePrefixAndComesBackWithoutIt() {
    var names = new Names("files__", Allowed.of(List.of(), List.of()), Map.of());
    assertThat(names.outward("read")).isEqualTo("files__read");
    assertThat(names.inward("files__read")).isEqualTo("read");
    assertThat(names.inward("files__a__b")).isEqualTo("a__b");
    assertThat(names.inward("read")).isNull();
    assertThat(names.inward("files_read")).isNull();
  }

  @Test
  void aRenamedOneIsKnownByItsOtherNameOnly() {
    var names = new Names("f.", Allowed.of(List.of(), List.of()), Map.of("read", "open"));
    assertThat(names.outward("read")).isEqualTo("open");
    assertThat(names.inward("open")).isEqualTo("read");
    assertThat(names.inward("f.read")).isNull();
    assertThat(names.inward("f.open")).isEqualTo("open");
  }

  @Test
  void patternsAreAboutTheUpstreamsOwnNamesAndDenyWins() {
    var allowed = Allowed.of(List.of("read_*", "a.b"), List.of("*_secret*", "read_"));
    var names = new Names("x", allowed, Map.of("read_secret", "shown"));
    assertThat(names.outward("read_file")).isEqualTo("xread_file");
    assertThat(names.outward("a.b")).isEqualTo("xa.b");
    assertThat(names.outward("axb")).isNull();
    assertThat(names.outward("write_file")).isNull();
    assertThat(names.outward("read_secret")).isNull();
    assertThat(names.inward("shown")).isNull();
    assertThat(names.inward("xread_")).isNull();
    assertThat(names.inward("xread_line\nbreak")).isEqualTo("read_line\nbreak");
  }
}
