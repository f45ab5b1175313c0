package dev.weir.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLevelsTest {
  private final LogLevels<String> levels = new LogLevels<>();
  private final List<String> told = new ArrayList<>();

  private boolean tell(String level) {
    return told.add(level);
  }

  @Test
  void theMostVerboseLevelGoesUpstreamAndEachClientGetsItsOwn() throws Exception {
    assertThat(levels.wants("carol", "debug")).as("nobody has chosen").isTrue();
    levels.set("alice", "warning", this::tell);
    levels.set("bob", "debug", this::tell);
    levels.set("alice", "error", this::tell);
    assertThat(told).containsExactly("warning", "debug");
    assertThat(levels.wants("alice", "warning")).isFalse();
    assertThat(levels.wants("alice", "critical")).isTrue();
    assertThat(levels.wants("bob", "debug")).isTrue();
    assertThat(levels.wants("carol", "debug")).as("another's choice").isFalse();
    assertThat(levels.wants("carol", "info")).isTrue();
  }

  @Test
  void whoLeavesIsHeardNoMore() throws Exception {
    levels.set("alice", "error", this::tell);
    levels.set("bob", "debug", this::tell);
    levels.remove("bob", this::tell);
    assertThat(told).containsExactly("error", "debug", "error");
    levels.remove("bob", this::tell);
    levels.remove("alice", this::tell);
    assertThat(told).hasSize(3);
  }

  @Test
  void aLevelThatTheUpstreamRefusesChangesNothing() throws Exception {
    levels.set("alice", "error", this::tell);
    assertThat(levels.set("bob", "debug", level -> false)).isFalse();
    assertThat(levels.wants("bob", "info")).isTrue();
    assertThat(levels.set("bob", "emergency", this::tell)).isTrue();
    assertThat(told).containsExactly("error");
  }
}
