package dev.weir.redis.internal;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.commands.ProtocolCommand;

/**
 * What was said on one connection since it was as new: how many answers are outstanding, and what
 * the server remembers of its client. Nothing is asked of the server; each command that goes out
 * tells what it will leave behind. A command that fails leaves less behind than is noted here,
 * which costs a needless {@code UNWATCH} or a new connection, never a leak.
 *
 * <p>For one thread at a time, as the connection is.
 */
final class Conversation {
  /** What a command leaves behind. */
  private enum Effect {
    NOTHING,
    BEGINS_TRANSACTION,
    ENDS_TRANSACTION,
    WATCHES,
    UNWATCHES,
    SELECTS,
    SUBSCRIBES,
    /** The next command alone is treated in another way. */
    ANNOUNCES,
    /** By its second word: see {@link #HARMLESS}. */
    IS_ABOUT_THE_CLIENT,
    /** Something that is not undone, but ended with the connection. */
    ALTERS
  }

  private static final Map<String, Effect> EFFECTS = new HashMap<>();

  /** Forms of {@code CLIENT} that change nothing about this client. */
  private static final Set<String> HARMLESS =
      Set.of(
          "ID",
          "INFO",
          "LIST",
          "GETNAME",
          "GETREDIR",
          "TRACKINGINFO",
          "KILL",
          "PAUSE",
          "UNPAUSE",
          "UNBLOCK",
          "SETINFO",
          "HELP");

  static {
    EFFECTS.put("MULTI", Effect.BEGINS_TRANSACTION);
    EFFECTS.put("EXEC", Effect.ENDS_TRANSACTION);
    EFFECTS.put("DISCARD", Effect.ENDS_TRANSACTION);
    EFFECTS.put("WATCH", Effect.WATCHES);
    EFFECTS.put("UNWATCH", Effect.UNWATCHES);
    EFFECTS.put("SELECT", Effect.SELECTS);
    EFFECTS.put("ASKING", Effect.ANNOUNCES);
    EFFECTS.put("CLIENT", Effect.IS_ABOUT_THE_CLIENT);
    for (String each : new String[] {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR"}) {
      EFFECTS.put(each, Effect.SUBSCRIBES);
    }
    for (String each :
        new String[] {
          "AUTH", "HELLO", "RESET", "QUIT", "SHUTDOWN", "READONLY", "READWRITE", "SYNC", "PSYNC"
        }) {
      EFFECTS.put(each, Effect.ALTERS);
    }
  }

  private final Set<Effect> left = EnumSet.noneOf(Effect.class);
  private int unanswered;
  private int unwritten;
  private String last = "nothing";

  /** As new. */
  void begin() {
    left.clear();
    unanswered = 0;
    unwritten = 0;
  }

  /** A command goes out. */
  void sent(CommandArguments command) {
    unanswered++;
    unwritten++;
    last = name(command.getCommand());
    left.remove(Effect.ANNOUNCES);
    Effect effect = EFFECTS.getOrDefault(last, Effect.NOTHING);
    switch (effect) {
      case NOTHING -> {}
      case ENDS_TRANSACTION -> {
        left.remove(Effect.BEGINS_TRANSACTION);
        left.remove(Effect.WATCHES);
      }
      case UNWATCHES -> left.remove(Effect.WATCHES);
      case IS_ABOUT_THE_CLIENT -> {
        if (command.size() < 2 || !HARMLESS.contains(text(command.get(1).getRaw()))) {
          left.add(Effect.ALTERS);
        }
      }
      default -> left.add(effect);
    }
  }

  /** All that went out has reached the kernel. */
  void written() {
    unwritten = 0;
  }

  /** Whether one command is on its way out, and no answer to another one is outstanding. */
  boolean isAboutToWriteOne() {
    return unanswered == 1 && unwritten == 1;
  }

  /** One answer was read, be it an error. */
  void answered() {
    unanswered--;
  }

  int unanswered() {
    return unanswered;
  }

  /** The name of the last command that went out. */
  String last() {
    return last;
  }

  boolean isSubscribed() {
    return left.contains(Effect.SUBSCRIBES);
  }

  boolean isInTransaction() {
    return left.contains(Effect.BEGINS_TRANSACTION);
  }

  boolean isWatching() {
    return left.contains(Effect.WATCHES);
  }

  boolean hasSelected() {
    return left.contains(Effect.SELECTS);
  }

  /** Whether it can be brought back to how it was, by asking the server for no more than that. */
  boolean isMendable() {
    return unanswered == 0
        && !left.contains(Effect.SUBSCRIBES)
        && !left.contains(Effect.ANNOUNCES)
        && !left.contains(Effect.ALTERS);
  }

  private static String name(ProtocolCommand command) {
    return command instanceof Protocol.Command known ? known.name() : text(command.getRaw());
  }

  private static String text(byte[] raw) {
    return new String(raw, StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
  }
}
