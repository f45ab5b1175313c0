package dev.weir.bench.behaviour.stage;

import dev.weir.bench.behaviour.contender.Feature;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a static method that takes a {@link Stage} as a behaviour. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Promise {
  /** The sentence that holds or fails. */
  String value();

  /** Without these the behaviour cannot be asked for. */
  Feature[] needs() default {};

  /** When the behaviour has not ended after that many seconds, it has failed. */
  int seconds() default 60;
}
