package dev.weir.gateway.cli;

import java.util.function.Consumer;
import sun.misc.Signal;

/** Where a running gateway learns that it is to stop, or to read its configuration again. */
@FunctionalInterface
public interface StopSignals {

  /** Calls back with the signal's name, on a thread of its own, each time one comes. */
  void listen(Consumer<String> onSignal);

  /** SIGTERM, SIGINT and SIGHUP of this process. One that is ignored, as by nohup, stays so. */
  static StopSignals ofThisProcess() {
    return StopSignals::handle;
  }

  /** A shutdown hook would not do: the JVM does not pass on a second signal. */
  @SuppressWarnings("sunapi")
  private static void handle(Consumer<String> onSignal) {
    for (String name : new String[] {"TERM", "INT", "HUP"}) {
      Signal.handle(new Signal(name), signal -> onSignal.accept("SIG" + signal.getName()));
    }
  }
}
