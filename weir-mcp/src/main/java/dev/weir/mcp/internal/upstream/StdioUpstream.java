package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.codec.LineFraming;
import dev.weir.mcp.internal.process.ProcessTree;
import dev.weir.mcp.internal.process.Spawner;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a process over its standard input and output. In the legacy era the process
 * is the session; in the modern one each request stands for itself, and the process is this
 * conversation's alone all the same.
 *
 * <p>Threads: one platform thread reads lines until the end of the output and hands each to the
 * {@link Correlator}; requesting threads write and wait.
 *
 * <p>Ways to the end, any of which ends the whole tree: this side closes; the output ends; a line
 * is longer than the limit (what follows could not be told from messages); the process dies while
 * something it started keeps the output open, so that the output does not end by itself. The last
 * one is why the death is watched besides the output.
 */
final class StdioUpstream implements UpstreamTransport {
  /** How long a process that has closed its output may take to tell its exit code. */
  private static final Duration EXIT_WAIT = Duration.ofSeconds(3);

  private final StdioOptions options;
  private final Era era;
  private final ProcessTree tree;
  private final Correlator correlator;
  private final MessageLines lines;
  private final OpenConversations open;
  private final Thread reader;

  /** How long a dead process's last lines may take to be read; a slow client has its part in it. */
  private final Duration drainWait;

  private StdioUpstream(
      StdioOptions options,
      ProcessTree tree,
      UpstreamListener listener,
      OpenConversations open,
      Duration patience,
      Era era) {
    this.options = options;
    this.era = era;
    this.tree = tree;
    this.correlator = new Correlator(options.name(), listener, new LineWire(tree), patience, era);
    this.lines = new MessageLines(correlator);
    this.drainWait = patience.multipliedBy(2);
    this.open = open;
    this.reader =
        Thread.ofPlatform().daemon().name(options.name() + "-stdout").unstarted(this::read);
  }

  /**
   * Starts the process and listens to it.
   *
   * @param whenKilled runs when its tree had to be killed
   */
  static StdioUpstream open(
      StdioOptions options,
      UpstreamListener listener,
      OpenConversations open,
      Runnable whenKilled,
      Era era)
      throws UpstreamUnavailableException {
    return open(options, listener, open, whenKilled, Mailbox.PATIENCE, era);
  }

  /**
   * @param patience how long a slow client may hold up the reader
   */
  static StdioUpstream open(
      StdioOptions options,
      UpstreamListener listener,
      OpenConversations open,
      Runnable whenKilled,
      Duration patience,
      Era era)
      throws UpstreamUnavailableException {
    StdioUpstream upstream =
        new StdioUpstream(
            options, Spawner.start(options, whenKilled), listener, open, patience, era);
    open.add(upstream);
    upstream.reader.start();
    upstream.tree.whenDead(upstream::processDied);
    return upstream;
  }

  private record LineWire(ProcessTree tree) implements Correlator.Wire {
    @Override
    public long write(Envelope message) throws IOException, InterruptedException {
      return tree.write(message);
    }

    @Override
    public void answered(long position) {
      tree.confirmRead(position);
    }
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    return correlator.request(request, exchange);
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    correlator.send(message);
  }

  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink) throws UpstreamException {
    throw Streamless.refusal(options.name());
  }

  @Override
  public boolean isInSession() {
    return era == Era.LEGACY;
  }

  @Override
  public long memory() {
    return tree.memory();
  }

  private void read() {
    IOException broken = null;
    try {
      LineFraming.Reader output = new LineFraming.Reader(tree.output(), options.maxMessage());
      for (byte[] line = output.next(); line != null; line = output.next()) lines.take(line);
    } catch (IOException e) {
      broken = e;
    } finally {
      windUp(broken);
    }
  }

  private void processDied() {
    tree.close();
    try {
      if (reader.join(drainWait)) return;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    windUp(null);
  }

  /** The other side has ended, or has to. */
  private void windUp(@Nullable IOException broken) {
    OptionalInt code = broken == null ? tree.exitCode(EXIT_WAIT) : OptionalInt.empty();
    String why;
    if (broken instanceof LineFraming.LineTooLongException) {
      why = "the process wrote " + broken.getMessage();
    } else if (code.isPresent()) {
      why = "the process ended with exit code " + code.getAsInt();
    } else {
      why = "the process closed its output";
    }
    String error = tree.lastErrorLine();
    if (!error.isEmpty()) why += " (last on stderr: " + error + ")";
    IOException cause = new IOException("upstream \"" + options.name() + "\": " + why, broken);
    correlator.end(new Correlator.Ending(why, cause, false));
    tree.close();
    open.remove(this);
  }

  @Override
  public String describe() {
    return "process " + tree.pid() + (era == Era.MODERN ? ", modern, " : ", ") + lines.facts();
  }

  @Override
  public void close() {
    correlator.end(new Correlator.Ending("the conversation was closed", null, true));
    tree.close();
    open.remove(this);
  }
}
