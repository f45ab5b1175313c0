package dev.weir.gateway.config;

import java.time.Duration;

/** The ranges that the records hold their options to. */
final class Checks {
  private Checks() {}

  static void atLeast(String option, int value, int least) {
    if (value < least) {
      throw new InvalidOptionException(option, value, "at least " + least);
    }
  }

  static void atLeast(String option, ByteSize value, ByteSize least) {
    if (value.compareTo(least) < 0) {
      throw new InvalidOptionException(option, value, "at least " + least);
    }
  }

  static void atMost(String option, ByteSize value, ByteSize most) {
    if (value.compareTo(most) > 0) {
      throw new InvalidOptionException(option, value, "at most " + most);
    }
  }

  static void atMost(String option, int value, int most) {
    if (value > most) {
      throw new InvalidOptionException(option, value, "at most " + most);
    }
  }

  static void atMost(String option, Percent value, Percent most) {
    if (value.compareTo(most) > 0) {
      throw new InvalidOptionException(option, value, "at most " + most);
    }
  }

  static void positive(String option, Duration value) {
    if (!value.isPositive()) {
      throw new InvalidOptionException(option, Durations.format(value), "more than 0s");
    }
  }
}
