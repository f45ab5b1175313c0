package dev.weir.gateway.doctor;

import java.util.Locale;

/**
 * What one check found.
 *
 * @param thing what was looked at
 * @param state how it is
 * @param next what to do about it; empty where there is nothing to do
 */
public record Finding(Level level, String thing, String state, String next) {
  /** How bad it is. */
  public enum Level {
    /** As it should be. */
    OK,
    /** It works, or may work, but not as well or as safely as it could. */
    WARNING,
    /** A gateway does not start, or not all of what it is to serve is served. */
    PROBLEM;

    /** In small letters. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String thing, String state) {
    return new Finding(Level.OK, thing, state, "");
  }

  static Finding warning(String thing, String state, String next) {
    return new Finding(Level.WARNING, thing, state, next);
  }

  static Finding problem(String thing, String state, String next) {
    return new Finding(Level.PROBLEM, thing, state, next);
  }
}
