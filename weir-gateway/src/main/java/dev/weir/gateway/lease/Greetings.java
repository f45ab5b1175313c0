package dev.weir.gateway.lease;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients say first. Most clients of an upstream are of one make and say the same, byte for
 * byte; a process that was told just that before they came has nothing left to do when they come.
 * So nothing is made up and nothing is compared but for equality: who says anything else speaks
 * with the process itself.
 *
 * <p>Thread-safe. Keeps a few, the usual ones, and none that may say more of a client than its
 * make: with {@code _meta}, or long.
 */
final class Greetings {
  private static final int KEPT = 8;
  private static final int LONGEST = 8192;
  private static final RequestId ID = new RequestId("\"weir-standby\"");

  /** Each client counts this much less with each that comes after it. */
  private static final double FADING = 0.95;

  private final List<Counted> counted = new ArrayList<>();
  private double total;

  /**
   * An initialize request as anybody may say it.
   *
   * @param message with an id of the gateway's
   */
  record Greeting(Envelope message, String text) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Greeting greeting && greeting.text.equals(text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }

  private static final class Counted {
    final Greeting greeting;
    double count;

    Counted(Greeting greeting) {
      this.greeting = greeting;
    }
  }

  /** What this message says; null when it is no initialize, or one that is nobody else's. */
  static @Nullable Greeting of(Envelope first) {
    boolean plain = first.isRequest() && first.is("initialize") && first.size() <= LONGEST;
    if (!plain || first.member("_meta") != null) {
      return null;
    }
    Envelope anybodys = first.withId(ID);
    return new Greeting(anybodys, new String(anybodys.toBytes(), StandardCharsets.UTF_8));
  }

  /** Notes that a client came and said this; null: something that is its own. */
  synchronized void heard(@Nullable Greeting greeting) {
    total = total * FADING + 1;
    counted.forEach(known -> known.count *= FADING);
    if (greeting == null) {
      return;
    }
    Counted mine = null;
    for (Counted known : counted) {
      if (known.greeting.equals(greeting)) {
        mine = known;
      }
    }
    if (mine == null) {
      mine = new Counted(greeting);
      counted.add(mine);
    }
    mine.count++;
    counted.sort((one, other) -> Double.compare(other.count, one.count));
    if (counted.size() > KEPT) {
      counted.removeLast();
    }
  }

  /** What is said most; null when nobody came yet. */
  synchronized @Nullable Greeting usual() {
    return counted.isEmpty() ? null : counted.getFirst().greeting;
  }

  /** The part of those that came who said the usual; 0 to 1. */
  synchronized double usualPart() {
    return counted.isEmpty() ? 0 : Math.min(1, counted.getFirst().count / total);
  }
}
