package dev.weir.gateway.cli;

import dev.weir.gateway.watch.GatewayWatch;
import dev.weir.gateway.watch.Look;
import dev.weir.gateway.watch.NoGatewayException;
import dev.weir.gateway.watch.UpstreamLook;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code weir status}: what a running gateway does, at a glance. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows what a running gateway does.",
    footer = {
      "",
      "CALLS/S is of half a second, everything else since the gateway started. READY is what",
      "has never served anybody. FAILED counts requests, handshakes included, without answer.",
      "Exit codes: 0 all is well, 1 something is down or refused, 3 no gateway answers."
    })
final class StatusCommand implements Callable<Integer> {
  /** Long enough for a rate, short enough for somebody who waits. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  @Mixin private GatewayOptions gateway = new GatewayOptions();

  @Option(names = "--json", description = "Print the facts as one JSON object.")
  private boolean json;

  private final Terminal terminal;

  StatusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (GatewayWatch watch = gateway.watch()) {
      Look before = watch.look();
      Thread.sleep(BETWEEN_LOOKS); // a rate is what changes between two looks
      Look now = watch.look();
      List<String> problems = now.problems();
      if (json) {
        terminal.out().println(facts(before, now, problems).toPrettyString());
      } else {
        print(before, now);
      }
      terminal.out().flush();
      return problems.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
    } catch (NoGatewayException e) {
      throw new CommandFailure(
          ExitCodes.UNREACHABLE, Terminal.withoutControls(String.valueOf(e.getMessage())));
    } catch (IllegalArgumentException e) {
      // The HTTP client refuses some headers, such as Host.
      throw new CommandFailure(ExitCodes.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private void print(Look before, Look now) {
    var text = new StatusText(terminal);
    List<UpstreamLook> upstreams = upstreams(before, now);
    text.head(gateway.url(), now).forEach(terminal.out()::println);
    terminal.out().println();
    text.table(upstreams, null).forEach(terminal.out()::println);
    List<String> trouble = text.trouble(now, upstreams);
    if (!trouble.isEmpty()) {
      terminal.out().println();
      trouble.forEach(terminal.out()::println);
    }
  }

  /** The rate of now, and everything else since the start: half a second has too few calls. */
  private static List<UpstreamLook> upstreams(Look before, Look now) {
    return now.upstreams(before).stream().map(UpstreamLook::withLatelyAsEver).toList();
  }

  /** What the gateway tells, with what follows from it. */
  private static ObjectNode facts(Look before, Look now, List<String> problems) {
    ObjectNode facts = (ObjectNode) now.status().deepCopy();
    facts.put("ok", problems.isEmpty());
    problems.forEach(facts.putArray("problems")::add);
    int index = 0;
    for (UpstreamLook look : upstreams(before, now)) {
      ObjectNode upstream = (ObjectNode) facts.path("upstreams").path(index++);
      upstream.put("health", look.state().word()).put("ready", look.ready());
      ObjectNode calls = upstream.putObject("calls");
      calls.put("total", Math.round(look.ever().calls()));
      calls.put("failed", Math.round(look.ever().failed()));
      calls.put("perSecond", number(look.rate()));
      calls.put("p50", number(look.ever().quantile(0.5)));
      calls.put("p99", number(look.ever().quantile(0.99)));
    }
    return facts;
  }

  /** JSON has no word for what is no number. */
  private static @Nullable Double number(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
