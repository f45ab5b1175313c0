package dev.weir.gateway.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an option's type does not say of its form, for {@link ConfigSchema}. The records check the
 * same, with an error that says more.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Form {
  /**
   * What the option matches as a whole; of a list each element, of a block with names of the user's
   * choice each name. Empty: anything. Plain enough for the regular expressions of any language.
   */
  String value() default "";

  /** How many elements a list has, or names a block, that is given. */
  int atLeast() default 0;
}
