package dev.weir.jdbc;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Those who ask all the time, and count what becomes of it. */
final class Callers implements AutoCloseable {
  private final List<Caller> all = new ArrayList<>();

  private Callers() {}

  /** So many, who ask from now on. */
  static Callers start(int count, WeirDataSource db, String question) {
    Callers callers = new Callers();
    for (int i = 0; i < count; i++) {
      callers.all.add(new Caller(db, question));
    }
    return callers;
  }

  /** Waits until everybody was served once more. */
  void awaitAnswers(Duration within) {
    List<Integer> before = all.stream().map(caller -> caller.served.get()).toList();
    await()
        .atMost(within)
        .until(
            () -> {
              for (int i = 0; i < all.size(); i++) {
                if (all.get(i).served.get() <= before.get(i)) {
                  return false;
                }
              }
              return true;
            });
  }

  /** Waits until this is everybody's last answer. */
  void awaitAnswer(String answer) {
    await().until(() -> all.stream().allMatch(c -> c.lastAnswer.get().equals(answer)));
  }

  /** Waits until everybody was refused a connection. */
  void awaitRefusals() {
    await().until(() -> all.stream().allMatch(c -> c.refused.get() > 0));
  }

  /** How often each got no connection. */
  List<Integer> refused() {
    return all.stream().map(caller -> caller.refused.get()).toList();
  }

  /** How often each lost its connection while it asked. */
  List<Integer> cutOff() {
    return all.stream().map(caller -> caller.cutOff.get()).toList();
  }

  /** Waits until the last question has its answer. */
  @Override
  public void close() throws InterruptedException {
    for (Caller caller : all) {
      caller.stopped = true;
    }
    for (Caller caller : all) {
      caller.thread.join();
    }
  }

  private static final class Caller {
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger cutOff = new AtomicInteger();
    private final AtomicReference<String> lastAnswer = new AtomicReference<>("");
    private final Thread thread;
    private volatile boolean stopped;

    Caller(WeirDataSource db, String question) {
      thread = new Thread(() -> run(db, question));
      thread.start();
    }

    private void run(WeirDataSource db, String question) {
      while (!stopped) {
        boolean leased = false;
        try (Connection connection = db.getConnection()) {
          leased = true;
          lastAnswer.set(Shop.ask(connection, question));
          served.incrementAndGet();
        } catch (SQLException e) {
          (leased ? cutOff : refused).incrementAndGet();
        }
      }
    }
  }
}
