package dev.weir.gateway.journal;

import dev.weir.gateway.call.Trail;
import dev.weir.mcp.Envelope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A line of JSON for each request, in a file or on standard error. Off until it is told where to
 * write.
 *
 * <p>A call puts what is known of it in a line of bounded length and goes on; where there is no
 * place, that is dropped and counted. What waits there keeps its messages, large ones excepted, so
 * the bound is one of memory as well.
 *
 * <p>One platform thread, from construction to {@link #close}, makes the lines and writes them,
 * since a file blocks the thread that writes to it. What cannot be written is dropped, counted, and
 * said once; the next line is tried again. {@code target} is replaced as a whole; the thread opens
 * what it finds there when that is not the very one that it has open.
 */
public final class AccessLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());
  private static final int IN_LINE = 1024;

  /** Larger messages are not kept to be looked at again. */
  private static final int LARGEST_KEPT = 16 * 1024;

  private static final int LONGEST_NAME = 200;
  private static final int AT_ONCE = 256;
  private static final Duration END_BOUND = Duration.ofSeconds(2);

  private final Clock clock;
  private final Counter written;
  private final Counter dropped;
  private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>(IN_LINE);
  private final Thread thread;
  private volatile @Nullable Target target;
  private volatile boolean closed;

  /** What the thread is to do. */
  private sealed interface Job {}

  private record Write(AccessEntry entry) implements Job {}

  /** Look at what is to be open. */
  private record Look() implements Job {}

  /**
   * Compared by identity: the same file, named again, is opened anew.
   *
   * @param file null for standard error
   */
  private static final class Target {
    final @Nullable Path file;
    final int content;

    Target(@Nullable Path file, int content) {
      this.file = file;
      this.content = content;
    }

    OutputStream open() throws IOException {
      return new BufferedOutputStream(
          file == null
              ? new FileOutputStream(FileDescriptor.err)
              : Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }
  }

  public AccessLog(MeterRegistry meters, Clock clock) {
    this.clock = clock;
    this.written = counter(meters, "written");
    this.dropped = counter(meters, "dropped");
    this.thread = Thread.ofPlatform().daemon().name("weir-access-log").start(this::run);
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("weir.access.log.lines")
        .description("Lines of the access log, and those dropped because it was too slow or broken")
        .tag("outcome", outcome)
        .register(meters);
  }

  /** Writes nothing from now on. */
  public void off() {
    look(null);
  }

  /** Writes to standard error from now on; {@code content} as in {@link #toFile}. */
  public void toStandardError(int content) {
    look(new Target(null, content));
  }

  /**
   * Writes to the end of this file from now on, which is opened anew also if it is open.
   *
   * @param content how many bytes of arguments and results are shown
   */
  public void toFile(Path file, int content) {
    look(new Target(file, content));
  }

  private void look(@Nullable Target next) {
    target = next;
    boolean unused = jobs.offer(new Look()); // where there is no place, the thread looks anyway
  }

  /**
   * A request begins, on this thread.
   *
   * @param request null for one of HTTP that is refused before it is known what it says
   * @param trail of the request, which knows in the end what became of it
   */
  Note begin(@Nullable Envelope request, Caller caller, Trail trail) {
    return isOn() ? new Line(request, caller, trail) : Note.NONE;
  }

  /** Whether it writes now. */
  boolean isOn() {
    return target != null;
  }

  private final class Line implements Note {
    private final @Nullable Envelope request;
    private Caller caller;
    private final Instant at = clock.instant();
    private final long begun = System.nanoTime();
    private final Trail trail;
    private @Nullable Integer status;
    private @Nullable Envelope answer;
    private long sent;

    Line(@Nullable Envelope request, Caller caller, Trail trail) {
      this.request = request;
      this.caller = caller;
      this.trail = trail;
    }

    @Override
    public void joined(String session) {
      caller = caller.in(session);
    }

    @Override
    public void status(int status) {
      this.status = status;
    }

    @Override
    public void sent(Envelope message) {
      sent += message.size();
      if (message.isResponse()) {
        answer = message;
      }
    }

    @Override
    public void close() {
      if (closed || !jobs.offer(new Write(entry()))) {
        dropped.increment();
      }
    }

    private AccessEntry entry() {
      Target to = target;
      boolean withContent = to != null && to.content > 0;
      String trace = trail.traceId();
      Envelope said = answer;
      return new AccessEntry(
          at,
          caller,
          request == null ? null : cut(request.method()),
          request != null && request.is("tools/call") ? cut(request.name()) : null,
          trail.upstream(),
          status,
          said == null ? "unfinished" : said.kind() == Envelope.Kind.ERROR ? "error" : "ok",
          said == null ? null : said.errorCode(),
          Duration.ofNanos(System.nanoTime() - begun),
          request == null ? 0 : request.size(),
          sent,
          trace,
          withContent || trace == null ? kept(request) : null,
          withContent ? kept(said) : null);
    }

    private static @Nullable Envelope kept(@Nullable Envelope message) {
      return message != null && message.size() <= LARGEST_KEPT ? message : null;
    }

    /** A client may call anything anything. */
    private static @Nullable String cut(@Nullable String name) {
      return name == null || name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }
  }

  private void run() {
    var sink = new Sink();
    List<Job> some = new ArrayList<>();
    try {
      while (!closed || !jobs.isEmpty()) {
        some.add(jobs.take());
        jobs.drainTo(some, AT_ONCE);
        sink.write(some);
        some.clear();
      }
    } catch (InterruptedException e) {
      // It was given its time to end.
    } finally {
      sink.close();
    }
  }

  /** What is open. Belongs to the thread that writes. */
  private final class Sink {
    private @Nullable Target opened;
    private @Nullable OutputStream out;
    private boolean broken;

    void write(List<Job> jobs) {
      int lines = 0;
      Target wanted = target;
      try {
        OutputStream to = open(wanted);
        for (Job job : jobs) {
          if (job instanceof Write(AccessEntry entry)) {
            lines++;
            if (to != null && wanted != null) {
              to.write(entry.line(wanted.content));
            }
          }
        }
        if (to != null) {
          to.flush();
        }
        (to == null ? dropped : written).increment(lines);
        broken = false;
      } catch (IOException | RuntimeException e) {
        dropped.increment(jobs.stream().filter(Write.class::isInstance).count());
        complain(e);
        close();
      }
    }

    private @Nullable OutputStream open(@Nullable Target wanted) throws IOException {
      if (wanted != opened || (wanted != null && out == null)) {
        close();
        out = wanted == null ? null : wanted.open();
        opened = wanted;
      }
      return out;
    }

    private void complain(Exception e) {
      if (!broken) {
        broken = true;
        LOG.log(
            System.Logger.Level.WARNING,
            "the access log cannot be written, its lines are dropped until it can: " + e);
      }
    }

    /** Standard error stays open: it is everybody's. */
    void close() {
      OutputStream was = out;
      out = null;
      if (was != null && opened != null && opened.file != null) {
        try {
          was.close();
        } catch (IOException e) {
          complain(e);
        }
      }
    }
  }

  /** Writes what waits, within a bound, and ends. */
  @Override
  public void close() {
    closed = true;
    boolean unused = jobs.offer(new Look());
    try {
      if (!thread.join(END_BOUND)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
