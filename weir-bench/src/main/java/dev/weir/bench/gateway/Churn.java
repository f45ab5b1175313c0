package dev.weir.bench.gateway;

import dev.weir.bench.gateway.wire.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients that open a session, call, and never say goodbye. Each has its own source of chance, from
 * one seed, and waits a little between two sessions, so that the machine has an idle moment.
 */
final class Churn {
  private static final Pattern PID = Pattern.compile("pid\\\\\":(\\d+)");
  private static final int PAUSE_MILLIS = 200;

  /** How a client leaves. */
  enum Leaving {
    AFTER_ITS_CALLS("after its calls"),
    IN_MID_CALL("in mid-call"),
    WITH_ITS_PROCESS_KILLED("after its process was killed");

    private final String text;

    Leaving(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private final URI overStdio;
  private final URI overHttp;
  private final long seed;
  private final Map<Leaving, LongAdder> left = new EnumMap<>(Leaving.class);
  private final LongAdder calls = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /** On these two endpoints of the gateway. */
  Churn(URI overStdio, URI overHttp, long seed) {
    this.overStdio = overStdio;
    this.overHttp = overHttp;
    this.seed = seed;
    for (Leaving leaving : Leaving.values()) {
      left.put(leaving, new LongAdder());
    }
  }

  /** Sessions that were opened and left, by how. */
  Map<Leaving, LongAdder> left() {
    return left;
  }

  /** Calls that were answered. */
  long calls() {
    return calls.sum();
  }

  /** What should have gone well and did not. */
  long failures() {
    return failures.sum();
  }

  /** One client, until the end. */
  void run(int client, long end) throws InterruptedException {
    Random chance = new Random(seed + client);
    while (System.nanoTime() < end) {
      boolean stdio = chance.nextInt(3) > 0;
      int which = chance.nextInt(stdio ? 6 : 5);
      Leaving leaving =
          which == 5
              ? Leaving.WITH_ITS_PROCESS_KILLED
              : which > 2 ? Leaving.IN_MID_CALL : Leaving.AFTER_ITS_CALLS;
      HttpSession session = new HttpSession(stdio ? overStdio : overHttp);
      try {
        one(session, leaving, 1 + chance.nextInt(3));
        Objects.requireNonNull(left.get(leaving)).increment();
      } catch (IOException e) {
        failures.increment();
        abandon(session);
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static void abandon(HttpSession session) {
    try {
      session.abandon();
    } catch (IOException _) {
      // has gone already
    }
  }

  private void one(HttpSession session, Leaving leaving, int times) throws IOException {
    session.open();
    String answer = "";
    for (int i = 0; i < times; i++) {
      answer = session.call("who", "{}");
      calls.increment();
    }
    switch (leaving) {
      case AFTER_ITS_CALLS -> session.abandon();
      case IN_MID_CALL -> session.leaveInMidCall("sleep", "{\"ms\":500}");
      case WITH_ITS_PROCESS_KILLED -> {
        kill(answer);
        session.abandon();
      }
    }
  }

  private static void kill(String answer) throws IOException {
    Matcher pid = PID.matcher(answer);
    if (!pid.find()) {
      throw new IOException("no process id in " + answer);
    }
    ProcessHandle.of(Long.parseLong(pid.group(1))).ifPresent(ProcessHandle::destroyForcibly);
  }
}
