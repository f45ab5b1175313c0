package dev.weir.bench.workloads;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Some clients that call, each as soon as its last call was answered, for the length of a window.
 * Every client is a virtual thread; all have ended when {@link #run} returns.
 */
final class ClosedLoop {
  private ClosedLoop() {}

  static Measured run(Connections connections, int size, int clients, Duration work, Window window)
      throws InterruptedException {
    var holding = new AtomicInteger();
    List<Client> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Duration delay = work.multipliedBy(i).dividedBy(clients);
      all.add(new Client(connections, work, delay, window, holding));
    }
    var sampler = new Sampler(holding, window);
    Thread sampling = Thread.ofPlatform().name("sampler").start(sampler);
    List<Thread> threads = all.stream().map(client -> Thread.ofVirtual().start(client)).toList();
    for (Thread thread : threads) {
      thread.join();
    }
    sampling.join();
    return measured(all, sampler, size, window);
  }

  private static Measured measured(List<Client> clients, Sampler sampler, int size, Window window) {
    Samples.Sorted whole = Samples.merged(clients.stream().map(client -> client.whole).toList());
    Samples.Sorted acquire =
        Samples.merged(clients.stream().map(client -> client.acquire).toList());
    Samples.Sorted release =
        Samples.merged(clients.stream().map(client -> client.release).toList());
    double held = clients.stream().mapToLong(client -> client.heldNanos).sum();
    return new Measured(
        whole.count() / window.seconds(),
        whole.percentile(0.50),
        whole.percentile(0.95),
        whole.percentile(0.99),
        acquire.mean(),
        acquire.percentile(0.99),
        release.percentile(0.99),
        held / (window.seconds() * 1e9) / size,
        sampler.low() / size,
        (double) sampler.cpuNanos() / whole.count(),
        evenness(clients),
        clients.stream().mapToLong(client -> client.calls).sum(),
        clients.stream().mapToLong(client -> client.failures).sum(),
        firstFailure(clients));
  }

  private static double evenness(List<Client> clients) {
    var served = clients.stream().mapToInt(client -> client.whole.count()).summaryStatistics();
    return (double) served.getMin() / served.getMax();
  }

  private static String firstFailure(List<Client> clients) {
    for (Client client : clients) {
      @Nullable Throwable failure = client.firstFailure;
      if (failure != null) {
        return failure.toString();
      }
    }
    return "";
  }
}
