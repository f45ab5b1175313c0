package dev.weir.gateway.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The options by which one of several records is told from the others: whoever has one is it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface ToldBy {
  /** Names as in the file; the first is the one that is spoken of. */
  String[] value();
}
