package dev.weir.bench.gateway;

import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Clients at the same time, one platform thread each: a read from a pipe would hold a carrier of
 * virtual threads.
 */
final class Crowd {
  private Crowd() {}

  /** What one client does. */
  @FunctionalInterface
  interface Work<T> {
    T run(int client) throws Exception;
  }

  /** Runs all clients and returns what each has found, when the last has ended. */
  static <T> List<T> run(int clients, Work<T> work) throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int client = i;
        futures.add(threads.submit(() -> work.run(client)));
      }
      List<T> found = new ArrayList<>();
      boolean ended = false;
      try {
        for (Future<T> future : futures) {
          found.add(future.get());
        }
        ended = true;
        return found;
      } finally {
        if (!ended) {
          threads.shutdownNow(); // nobody waits for the others
        }
      }
    } catch (ExecutionException e) {
      throw new IOException("a client failed: " + e.getCause(), e.getCause());
    }
  }

  /** Opens sessions at the same time. */
  static List<McpSession> open(List<McpSession> sessions) throws IOException, InterruptedException {
    return run(
        sessions.size(),
        client -> {
          sessions.get(client).open();
          return sessions.get(client);
        });
  }

  /** Closes them at the same time; a server that has gone already is no failure. */
  static void close(List<McpSession> sessions) throws IOException, InterruptedException {
    if (!sessions.isEmpty()) {
      run(
          sessions.size(),
          client -> {
            try {
              sessions.get(client).close();
            } catch (IOException _) {
              // has gone already
            }
            return client;
          });
    }
  }
}
