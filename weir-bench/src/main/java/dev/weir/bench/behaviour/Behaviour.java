package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.stage.Promise;
import dev.weir.bench.behaviour.stage.Stage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** One promise that a pool keeps or does not. */
public final class Behaviour {
  private final Method method;
  private final Promise promise;

  private Behaviour(Method method, Promise promise) {
    this.method = method;
    this.promise = promise;
  }

  /** The behaviours of one theme, in the order of their names. */
  static List<Behaviour> of(Class<?> theme) {
    List<Behaviour> found = new ArrayList<>();
    for (Method method : theme.getDeclaredMethods()) {
      Promise promise = method.getAnnotation(Promise.class);
      if (promise != null) {
        method.setAccessible(true);
        found.add(new Behaviour(method, promise));
      }
    }
    found.sort(Comparator.comparing(Behaviour::id));
    return List.copyOf(found);
  }

  /** Theme and name, as {@code --only} takes them: {@code waiting.anInterrupt}. */
  public String id() {
    return theme().toLowerCase(java.util.Locale.ROOT) + "." + method.getName();
  }

  public String theme() {
    return method.getDeclaringClass().getSimpleName();
  }

  /** What is promised. */
  public String sentence() {
    return promise.value();
  }

  Duration limit() {
    return Duration.ofSeconds(promise.seconds());
  }

  /** What the contender lacks for this behaviour. */
  List<Feature> missing(Contender contender) {
    return Arrays.stream(promise.needs())
        .filter(feature -> !contender.offers().contains(feature))
        .toList();
  }

  void play(Stage stage) throws Throwable {
    try {
      method.invoke(null, stage);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  @Override
  public String toString() {
    return id();
  }
}
