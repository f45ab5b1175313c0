package dev.weir.bench.gateway.contender;

import dev.weir.bench.gateway.process.ProcTree;
import dev.weir.bench.gateway.process.Program;
import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A contender that runs: sessions can be opened. Closing it ends all that it has started. */
public final class Service implements AutoCloseable {
  private final @Nullable Program program;
  private final String mark;
  private final Sessions sessions;
  private final Preparation preparation;

  /** Makes a session that is not open yet. */
  @FunctionalInterface
  interface Sessions {
    McpSession next() throws IOException;
  }

  /** Waits until everything is there that is kept ready before clients come. */
  @FunctionalInterface
  interface Preparation {
    void await() throws IOException, InterruptedException;
  }

  /** Keeps nothing ready. */
  Service(@Nullable Program program, String mark, Sessions sessions) {
    this(program, mark, sessions, () -> {});
  }

  /** Processes of its sessions carry the mark, and so does everything that the program started. */
  Service(@Nullable Program program, String mark, Sessions sessions, Preparation preparation) {
    this.program = program;
    this.mark = mark;
    this.sessions = sessions;
    this.preparation = preparation;
  }

  /** A session that is not open yet. */
  public McpSession session() throws IOException {
    return sessions.next();
  }

  /** Waits until everything is there that is kept ready before clients come. */
  public void awaitReady() throws IOException, InterruptedException {
    preparation.await();
  }

  /** What stands between client and server as one process for all; empty when nothing does. */
  public Optional<Program> program() {
    return Optional.ofNullable(program);
  }

  /** All processes, the gateway included. */
  public List<ProcessHandle> tree() {
    return ProcTree.marked(mark);
  }

  /** Processor time of the gateway alone; none without one. */
  public Duration gatewayCpu() {
    return program == null ? Duration.ZERO : ProcTree.cpu(program.handle());
  }

  /** Resident memory of the gateway alone; none without one. */
  public long gatewayMemory() {
    return program == null ? 0 : ProcTree.resident(List.of(program.handle()));
  }

  @Override
  public void close() throws IOException {
    if (program != null) {
      program.close();
    }
    ProcTree.kill(mark);
  }
}
