package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.KeyedSubject;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.contender.WeirContender;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.stage.Stage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A sound pool that does one of the things it is asked for wrongly, or not at all. */
final class SpoiltPool implements Contender {
  /** A way to acquire. */
  @FunctionalInterface
  interface Habit {
    Held acquire(Subject pool, ScriptedEndpoint endpoint) throws Exception;
  }

  private final Contender sound = new WeirContender();
  private final String fault;
  private Consumer<Settings> unasked = settings -> {};
  private Set<String> deaf = Set.of();
  private List<String> reports = List.of();
  private Duration closing = Duration.ZERO;
  private Habit habit = (pool, endpoint) -> pool.acquire();
  private UnaryOperator<Held> handle = UnaryOperator.identity();

  private SpoiltPool(String fault) {
    this.fault = fault;
  }

  /** A pool that was configured otherwise than it was told. */
  static SpoiltPool configured(String fault, Consumer<Settings> unasked) {
    SpoiltPool pool = new SpoiltPool(fault);
    pool.unasked = unasked;
    return pool;
  }

  /** A pool whose operation of that name does nothing. */
  static SpoiltPool deafTo(String operation) {
    SpoiltPool pool = new SpoiltPool("deaf to " + operation);
    pool.deaf = Set.of(operation);
    return pool;
  }

  /** A pool that tells of leaks where there are none. */
  static SpoiltPool babbling() {
    SpoiltPool pool = new SpoiltPool("babbling");
    pool.reports = List.of("somebody, somewhere");
    return pool;
  }

  /** A pool whose end takes its time. */
  static SpoiltPool slowToClose() {
    SpoiltPool pool = new SpoiltPool("slow to close");
    pool.closing = Duration.ofSeconds(30);
    return pool;
  }

  /** A pool that acquires in its own way. */
  static SpoiltPool withHabit(String fault, Habit habit) {
    SpoiltPool pool = new SpoiltPool(fault);
    pool.habit = habit;
    return pool;
  }

  /** A pool whose handles are odd. */
  static SpoiltPool withHandle(String fault, UnaryOperator<Held> handle) {
    SpoiltPool pool = new SpoiltPool(fault);
    pool.handle = handle;
    return pool;
  }

  @Override
  public String name() {
    return fault;
  }

  @Override
  public Class<?> home() {
    return SpoiltPool.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.allOf(Feature.class);
  }

  @Override
  public Subject start(Settings settings, ScriptedEndpoint endpoint) throws Exception {
    unasked.accept(settings);
    Subject pool = sound.start(settings, endpoint);
    return (Subject)
        Proxy.newProxyInstance(
            SpoiltPool.class.getClassLoader(),
            new Class<?>[] {Subject.class},
            (self, method, args) -> {
              if (method.getName().equals("acquire") && args == null) {
                return handle.apply(habit.acquire(pool, endpoint));
              }
              if (method.getName().equals("close")) {
                Stage.pause(closing);
              }
              if (method.getName().equals("leakReports") && !reports.isEmpty()) {
                return reports;
              }
              if (method.getName().equals("acquire") && deaf.contains("key")) {
                return pool.acquire();
              }
              return deaf.contains(method.getName())
                  ? nothing(method.getReturnType())
                  : invoke(pool, method, args);
            });
  }

  private static @Nullable Object invoke(Subject pool, Method method, Object @Nullable [] args)
      throws Throwable {
    try {
      return method.invoke(pool, args);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  @Override
  public KeyedSubject startKeyed(Settings settings, Function<String, ScriptedEndpoint> endpoints)
      throws Exception {
    unasked.accept(settings);
    KeyedSubject pool = sound.startKeyed(settings, endpoints);
    return new KeyedSubject() {
      @Override
      public Held acquire(String key, Duration timeout) throws Exception {
        return handle.apply(pool.acquire(deaf.contains("key") ? "the only key" : key, timeout));
      }

      @Override
      public void close() throws Exception {
        pool.close();
      }
    };
  }

  private static @Nullable Object nothing(Class<?> type) {
    if (type == boolean.class) {
      return true;
    }
    if (type == int.class) {
      return 0;
    }
    return type == List.class ? List.of() : null;
  }
}
