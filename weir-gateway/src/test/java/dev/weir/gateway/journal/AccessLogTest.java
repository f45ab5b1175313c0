package dev.weir.gateway.journal;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.Identity;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class AccessLogTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  @TempDir Path directory;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AccessLog log = new AccessLog(meters, Clock.systemUTC());
  private final Journal journal = new Journal(log, Tracing.NONE);

  @AfterEach
  void stop() {
    journal.close();
  }

  private static Envelope call(String params) {
    return Messages.request(new RequestId("1"), "tools/call", params);
  }

  private static Caller caller(@Nullable String traceparent) {
    var head = new TraceHead(traceparent, null, null);
    return new Caller("/mcp/x", Identity.ANONYMOUS, "http", Era.LEGACY, "abcdefghijkl", null, head);
  }

  private void request(Envelope request, @Nullable String traceparent) {
    try (Note note = journal.begin(request, caller(traceparent))) {
      note.sent(Messages.result(new RequestId("1"), "{\"content\":[\"hunter2\"]}"));
    }
  }

  private double lines(String outcome) {
    return meters.get("weir.access.log.lines").tag("outcome", outcome).counter().count();
  }

  private JsonNode onlyLine(Path file) throws Exception {
    await().until(() -> lines("written") == 1);
    return JsonMapper.shared().readTree(Files.readString(file));
  }

  @Test
  void untilItIsToldWhereToWriteNothingIsEvenRemembered() {
    assertThat(journal.begin(call("{}"), caller(null))).isSameAs(Note.NONE);
  }

  @Test
  void aTraceIsTakenFromTheHeaderOrFromWhatTheRequestSaysOfIt() throws Exception {
    Path file = directory.resolve("header");
    log.toFile(file, 0);
    request(call("{\"name\":\"x\"}"), PARENT);
    assertThat(onlyLine(file).path("trace_id").asString()).isEqualTo(TRACE);
    Path other = directory.resolve("meta");
    log.toFile(other, 0);
    request(call("{\"name\":\"x\",\"_meta\":{\"traceparent\":\"" + PARENT + "\"}}"), null);
    await().until(() -> lines("written") == 2);
    assertThat(Files.readString(other)).contains("\"trace_id\":\"" + TRACE + "\"");
    request(call("{\"name\":\"x\"}"), "no traceparent\n\"at all");
    await().until(() -> lines("written") == 3);
    assertThat(Files.readString(other).lines().toList().getLast()).doesNotContain("trace");
  }

  @Test
  void whatIsLongIsCutAndSoIsWhatAClientCallsATool() throws Exception {
    Path file = directory.resolve("access.log");
    log.toFile(file, 10);
    String name = "n".repeat(10_000);
    request(call("{\"name\":\"" + name + "\",\"arguments\":{\"a\":\"0123456789\"}}"), null);
    JsonNode line = onlyLine(file);
    assertThat(line.path("tool").asString()).isEqualTo("n".repeat(200));
    assertThat(line.path("arguments").asString()).isEqualTo("{\"a\":\"0123…");
    assertThat(line.path("answer").asString()).hasSize(11);
  }

  @Test
  void whereNothingCanBeWrittenLinesAreDroppedAndCountedUntilItCan() throws Exception {
    Path folder = directory.resolve("away");
    log.toFile(folder.resolve("access.log"), 0);
    request(call("{}"), null);
    await().until(() -> lines("dropped") == 1);
    Files.createDirectory(folder);
    request(call("{}"), null);
    await().until(() -> lines("written") == 1);
    assertThat(Files.readAllLines(folder.resolve("access.log"))).hasSize(1);
  }

  @Test
  void noCallWaitsForAWriterThatHangs() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    log.toFile(pipe, 0);
    for (int i = 0; i < 2_000; i++) {
      request(call("{}"), null); // nobody reads, so the first line is not written yet
    }
    assertThat(lines("dropped")).isPositive();
    try (InputStream reader = new BufferedInputStream(Files.newInputStream(pipe))) {
      long seen = 0;
      while (seen < 2_000 - lines("dropped")) {
        seen += reader.read() == '\n' ? 1 : 0;
      }
      await().until(() -> lines("written") + lines("dropped") == 2_000);
    }
  }
}
