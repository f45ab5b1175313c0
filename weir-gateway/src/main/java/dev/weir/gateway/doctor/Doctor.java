package dev.weir.gateway.doctor;

import dev.weir.gateway.config.GatewayConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Looks for what is wrong. It changes nothing; whatever it starts has ended when it returns.
 * Stateless.
 */
public final class Doctor {
  private final Wiring wiring;

  /**
   * @param wiring opens conversations with upstreams
   */
  public Doctor(Wiring wiring) {
    this.wiring = wiring;
  }

  /** Looks at this machine, whatever is to run on it. Takes a moment. */
  public void machine(Consumer<Finding> found) {
    new MachineChecks(Clock.systemUTC()).findings().forEach(found);
  }

  /**
   * Looks at what a configuration says, on this machine, and starts or calls each upstream once,
   * several at a time.
   *
   * @param files the configuration's own, first, and those that it refers to; none where there is
   *     no file
   * @param found told of each finding as soon as those before it are told, in the order of the
   *     configuration; called by the caller's thread
   */
  public void configuration(GatewayConfig config, Set<Path> files, Consumer<Finding> found)
      throws InterruptedException {
    List<Finding> fast = new ArrayList<>();
    fast.addAll(FileChecks.findings(files, config.tls()));
    fast.addAll(ListenChecks.findings(config));
    fast.addAll(TlsChecks.findings(config.tls(), Instant.now()));
    fast.addAll(CapacityChecks.ofThisMachine().findings(config));
    fast.forEach(found);
    new UpstreamChecks(wiring, config).findings(found);
  }
}
