package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.GatewayProgram;
import dev.weir.bench.gateway.contender.Server;
import dev.weir.bench.gateway.contender.Site;
import dev.weir.bench.gateway.contender.Wire;
import dev.weir.bench.gateway.process.LiveHeap;
import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.report.CommandText;
import dev.weir.bench.report.Machine;
import dev.weir.bench.report.OptionCheck;
import dev.weir.bench.report.Page;
import dev.weir.bench.report.PageWriter;
import dev.weir.bench.report.RawData;
import dev.weir.bench.report.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir bench soak}: what is left of clients that never say goodbye. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description = "The gateway among clients that never say goodbye: fails when anything is left.")
public final class SoakCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** How long the last sessions may take to end, beyond the idle time. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  @Option(
      names = "--minutes",
      defaultValue = "10",
      description = "How long clients come and go; ${DEFAULT-VALUE}.")
  private double minutes;

  @Option(names = "--clients", defaultValue = "4", description = "At a time; ${DEFAULT-VALUE}.")
  private int clients;

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "The gateway's sessions.idle-timeout; ${DEFAULT-VALUE}.")
  private int idle;

  @Option(names = "--seed", defaultValue = "1", description = "Of chance; ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "docs/benchmarks",
      description = "Where page, plot and raw data go; ${DEFAULT-VALUE}.")
  private Path out = Path.of("");

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    OptionCheck check = new OptionCheck(command);
    check.require(minutes > 0, "--minutes", "more than 0");
    check.atLeast(1, "--clients", clients);
    check.atLeast(1, "--idle", idle);
    Machine machine = Machine.now();
    PrintWriter text = command.commandLine().getOut();
    Soak soak;
    String mark = Program.newMark();
    try (Site site = Site.prepare();
        var server = site.startHttp(Server.LIGHT);
        var gateway =
            GatewayProgram.start(List.of(), yaml(site, server, mark), Program.newMark())) {
      soak = run(gateway, mark, server, command.commandLine().getErr());
    } finally {
      ProcTree.kill(mark);
    }
    SoakPage page = new SoakPage(soak, clients, idle);
    Page shown = page.page();
    text.println(shown.sections().getFirst().table());
    shown.verdicts().forEach(verdict -> text.println(verdict.line()));
    String line = CommandText.of(command);
    RawData raw = new RawData(line, machine);
    soak.samples().forEach((second, census) -> raw.row(row(second, census)));
    new PageWriter("soak", line, machine, false).write(shown, raw, out);
    text.println("written: " + out.resolve("soak.md"));
    text.flush();
    boolean good = shown.verdicts().stream().allMatch(v -> v.outcome() == Verdict.Outcome.REACHED);
    return good ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private String yaml(Site site, Site.HttpServer server, String mark) {
    var setting = new Server.Setting(Server.LIGHT, Wire.STDIO, Duration.ZERO);
    return """
    sessions: { idle-timeout: %ds }
    upstreams:
      near: { command: %s, stop-grace: 500ms, standby: { idle-timeout: %1$ds } }
      far: { url: "%s", pool: { idle-timeout: %1$ds } }
    """
        .formatted(idle, GatewayProgram.yamlList(site.stdio(setting, mark)), server.endpoint());
  }

  private Soak run(
      GatewayProgram gateway, String mark, Site.HttpServer server, PrintWriter progress)
      throws IOException, InterruptedException {
    Churn churn = new Churn(gateway.url("/mcp/near"), gateway.url("/mcp/far"), seed);
    progress.println("a few clients first, for what is only ever loaded once ...");
    run(churn, Duration.ofSeconds(idle));
    awaitRest(gateway, mark, server, null);
    // What is pooled is idle for as long again before it is closed, and must not count as before.
    Thread.sleep(Duration.ofSeconds(idle).plus(LOOK));
    // Before the census: a JVM that was once asked for its heap keeps a socket for further
    // questions.
    long heapBefore = heap(gateway);
    Census start = awaitRest(gateway, mark, server, null);

    Map<Double, Census> samples = new TreeMap<>();
    Churn counted = new Churn(gateway.url("/mcp/near"), gateway.url("/mcp/far"), seed + clients);
    long began = System.nanoTime();
    Duration span = Duration.ofMillis(Math.round(minutes * 60_000));
    progress.println("clients come and go for " + minutes + " minutes ...");
    progress.flush();
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<?> load = thread.submit(() -> run(counted, span));
      try {
        do {
          samples.put(secondsSince(began), Census.take(gateway, mark, server));
        } while (!hasEnded(load, LOOK));
      } finally {
        thread.shutdownNow(); // has ended, unless there was nothing left to count
      }
    }
    progress.println("waiting for the idle time ...");
    progress.flush();
    Census end = awaitRest(gateway, mark, server, start);
    samples.put(secondsSince(began), end);
    Census peak = samples.values().stream().reduce(start, Census::max);
    return new Soak(start, peak, end, samples, counted, heapBefore, heap(gateway));
  }

  /** Waits for so long; fails if what is waited for has failed. */
  private static boolean hasEnded(Future<?> load, Duration wait)
      throws IOException, InterruptedException {
    try {
      load.get(wait.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("the clients could not go on: " + e.getCause(), e.getCause());
    }
  }

  private List<Integer> run(Churn churn, Duration span) throws IOException, InterruptedException {
    long end = System.nanoTime() + span.toNanos();
    return Crowd.run(
        clients,
        client -> {
          churn.run(client, end);
          return client;
        });
  }

  /** Until there is nothing but what there was before, or for as long as anything may take. */
  private Census awaitRest(
      GatewayProgram gateway, String mark, Site.HttpServer server, @Nullable Census before)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(idle).plus(GRACE).toNanos();
    Census now = Census.take(gateway, mark, server);
    while (!now.isBackTo(before == null ? now : before) && System.nanoTime() < deadline) {
      Thread.sleep(LOOK.dividedBy(2));
      now = Census.take(gateway, mark, server);
    }
    return now;
  }

  private static long heap(GatewayProgram gateway) throws IOException, InterruptedException {
    return LiveHeap.of(gateway.program().handle().pid()).bytes();
  }

  private static double secondsSince(long began) {
    return Math.round((System.nanoTime() - began) / 1e8) / 10.0;
  }

  private static Map<String, Object> row(double second, Census census) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("second", second);
    row.putAll(census.counts());
    return row;
  }
}
