package dev.weir.pool;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One option: a component of a record of options. The single source for builders, YAML, {@code weir
 * check} and the documentation, all of which go through {@link Options}.
 */
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Option {
  /** The default, as one would write it in YAML. */
  String byDefault();

  /** Whether it can be changed while what it is for, such as a pool, runs. */
  boolean live() default false;

  /** What it does, in one line; special values included. */
  String about();
}
