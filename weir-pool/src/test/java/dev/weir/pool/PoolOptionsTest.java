package dev.weir.pool;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Options: one source for names, defaults and units. */
class PoolOptionsTest {
  @Test
  void theDefaultsAreThoseOfTheAnnotations() {
    PoolOptions options = PoolOptions.defaults();
    assertThat(options.min()).isEqualTo(2);
    assertThat(options.max()).isEqualTo(10);
    assertThat(options.acquireTimeout()).isEqualTo(ofSeconds(5));
    assertThat(options.maxWaiters()).isEqualTo(50);
    assertThat(options.idleTimeout()).isEqualTo(ofMinutes(5));
    assertThat(options.evictionInterval()).isEqualTo(ofSeconds(10));
    assertThat(options.maxLifetime()).isEqualTo(ofMinutes(30));
    assertThat(options.maxRetries()).isEqualTo(3);
    assertThat(options.drainTimeout()).isEqualTo(ofSeconds(10));
    assertThat(options.startMustSucceed()).isFalse();
  }

  @Test
  void optionsAreReadFromTextUnderTheirDashedNames() {
    PoolOptions options =
        Options.with(
            PoolOptions.defaults(),
            Map.of("min", "20", "max", 30, "max-lifetime", "90s", "lifetime-jitter", "0.25"));
    assertThat(options.min()).isEqualTo(20);
    assertThat(options.maxLifetime()).isEqualTo(ofSeconds(90));
    assertThat(options.lifetimeJitter()).isEqualTo(0.25);
  }

  @Test
  void boundsMayBeSetInAnyOrder() {
    try (Pool<Object> pool = Pool.builder(Object::new).min(20).max(30).build()) {
      assertThat(pool.options().min()).isEqualTo(20);
    }
  }

  @Test
  void aWrongValueIsRefusedWithItsNameAndWhatWasExpected() {
    PoolOptions defaults = PoolOptions.defaults();
    assertThatThrownBy(() -> Options.with(defaults, Map.of("max-lifetime", "soon")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage(
            "max-lifetime: soon is not possible; expected a duration: a whole number with ms, s, m,"
                + " h or d");
    assertThatThrownBy(() -> defaults.withMaxWaiters(-1))
        .hasMessage("max-waiters: -1 is not possible; expected 0 or more");
    assertThatThrownBy(() -> defaults.withIdleTimeout(ofSeconds(-1)))
        .hasMessage("idle-timeout: -1s is not possible; expected a duration, 0s or more");
    assertThatThrownBy(() -> Pool.builder(Object::new).max(0).build())
        .hasMessage("max: 0 is not possible; expected 1 or more");
  }

  @Test
  void anUnknownOptionIsRefused() {
    assertThatThrownBy(() -> Options.with(PoolOptions.defaults(), Map.of("max-lifetme", "30m")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageStartingWith(
            "max-lifetme: this option is not possible; expected one of min, max");
  }

  @Test
  void everyWitherChangesItsOwnOptionAndEveryBuilderMethodExists() throws Exception {
    for (var component : PoolOptions.class.getRecordComponents()) {
      String name = component.getName();
      assertThat(PoolBuilder.class.getMethod(name, component.getType())).isNotNull();
      assertThat(component.getAnnotation(Option.class)).as(name).isNotNull();
      if (name.equals("min") || name.equals("max")) {
        continue;
      }
      Object other = another(component.getType());
      String wither = "with" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
      Object changed =
          PoolOptions.class
              .getMethod(wither, component.getType())
              .invoke(PoolOptions.defaults(), other);
      assertThat(component.getAccessor().invoke(changed)).as(name).isEqualTo(other);
      assertThat(changed).isEqualTo(Options.with(PoolOptions.defaults(), Map.of(name, other)));
    }
  }

  private static Object another(Class<?> type) {
    if (type.isEnum()) {
      return type.getEnumConstants()[2];
    } else if (type == Duration.class) {
      return ofSeconds(4);
    } else if (type == boolean.class) {
      return true;
    }
    return type == double.class ? (Object) 0.7 : (Object) 7;
  }

  @Test
  void anUnknownStrategyIsRefusedWithWhatIsPossible() {
    assertThatThrownBy(() -> Options.with(PoolOptions.defaults(), Map.of("strategy", "newest")))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessage(
            "strategy: newest is not possible; expected one of lifo, fifo, round-robin,"
                + " least-loaded, random");
    assertThat(Options.with(PoolOptions.defaults(), Map.of("strategy", "round-robin")).strategy())
        .isEqualTo(Selection.ROUND_ROBIN);
  }

  @Test
  void durationsArePrintedAsOneWouldWriteThem() {
    assertThat(Options.text(ofMinutes(30))).isEqualTo("30m");
    assertThat(Options.text(ofSeconds(90))).isEqualTo("90s");
    assertThat(Options.text(ofMillis(1500))).isEqualTo("1500ms");
    assertThat(Options.text(ZERO)).isEqualTo("0s");
    assertThat(Options.text(Duration.ofHours(5))).isEqualTo("5h");
    assertThat(Options.text(Duration.ofDays(2))).isEqualTo("2d");
  }
}
