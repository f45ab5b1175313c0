package dev.weir.bench.behaviour.endpoint;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;

/**
 * What the endpoint does when it is opened to, asked, reset or closed: returns, throws, or takes
 * its time.
 */
@FunctionalInterface
public interface Step {
  /** Does it; {@code call} tells how long the caller's driver is willing to wait. */
  void run(Call call) throws Exception;

  /** Answers at once. */
  static Step works() {
    return call -> {};
  }

  /** Fails at once, as a connect to a closed port does. */
  static Step refuses() {
    return call -> {
      throw new ConnectException("connection refused");
    };
  }

  /** Answers after {@code span}. */
  static Step takes(Duration span) {
    return call -> call.pause(span);
  }

  /**
   * Never answers. The driver gives up when its own limit has passed, if the pool gave it one; an
   * interrupt does not help, as with a blocked read of a socket.
   */
  static Step silent() {
    return call -> {
      call.silence();
      throw new IOException("no answer");
    };
  }
}
