package dev.weir.bench.behaviour.contender;

import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;

/** One pool: what it has, and how it is made to do what a behaviour asks. */
public interface Contender {
  /** As in {@code --contenders}, in small letters. */
  String name();

  /** Any class of its jar, which tells the version. */
  Class<?> home();

  Set<Feature> offers();

  /** The shortest span that the pool accepts for {@code feature}. */
  default Duration shortest(Feature feature) {
    return Duration.ofMillis(100);
  }

  /**
   * Builds and starts a pool, configured as its documentation recommends for what is asked. Ignores
   * what {@link #offers} does not name.
   */
  Subject start(Settings settings, ScriptedEndpoint endpoint) throws Exception;

  /** A keyed pool with {@code settings.max} connections over all keys, and as many for each key. */
  default KeyedSubject startKeyed(Settings settings, Function<String, ScriptedEndpoint> endpoints)
      throws Exception {
    throw new UnsupportedOperationException();
  }
}
