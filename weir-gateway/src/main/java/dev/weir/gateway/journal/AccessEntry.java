package dev.weir.gateway.journal;

import dev.weir.mcp.Envelope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request that is over. Becomes a line on the thread that writes it, and not on that of the call.
 *
 * @param at when it came
 * @param method null where it was refused before that was known
 * @param tool that it calls; null where it calls none
 * @param upstream that served it; null for none, or several
 * @param status of HTTP; null where the wire has none, or nothing was sent
 * @param outcome in a word
 * @param errorCode of the JSON-RPC error that answered it; null without one
 * @param in its bytes
 * @param out the bytes of all messages that were sent for it
 * @param trace the id of the trace that tells of it, too; null where none does
 * @param request what it said; null where that is not looked at again
 * @param answer the response; null where that is not looked at again
 */
record AccessEntry(
    Instant at,
    Caller caller,
    @Nullable String method,
    @Nullable String tool,
    @Nullable String upstream,
    @Nullable Integer status,
    String outcome,
    @Nullable Integer errorCode,
    Duration took,
    long in,
    long out,
    @Nullable String trace,
    @Nullable Envelope request,
    @Nullable Envelope answer) {
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

  /**
   * One line of JSON, its end included.
   *
   * @param content how many bytes of the arguments and of the result are shown
   */
  byte[] line(int content) {
    ObjectNode line = JsonMapper.shared().createObjectNode();
    line.put("time", at.toString());
    put(line, "method", method);
    put(line, "tool", tool);
    line.put("route", caller.route());
    put(line, "upstream", upstream);
    put(line, "session", caller.shownSession());
    line.put("caller", caller.identity().subject());
    put(line, "era", caller.era() == null ? null : caller.era().name().toLowerCase(Locale.ROOT));
    line.put("outcome", outcome);
    if (status != null) {
      line.put("status", status);
    }
    if (errorCode != null) {
      line.put("error_code", errorCode);
    }
    line.put("duration_ms", took.toNanos() / 1_000 / 1e3);
    line.put("bytes_in", in);
    line.put("bytes_out", out);
    put(line, "trace_id", traceId());
    if (content > 0) {
      put(line, "arguments", cut(member("arguments"), content));
      put(line, "answer", cut(answer == null ? null : text(answer), content));
    }
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ObjectNode line, String name, @Nullable String value) {
    if (value != null) {
      line.put(name, value);
    }
  }

  private @Nullable String traceId() {
    if (trace != null) {
      return trace;
    }
    String parent = caller.head().traceparent();
    String meta = member("_meta");
    if (meta != null) {
      try {
        parent = JsonMapper.shared().readTree(meta).path("traceparent").asString(parent);
      } catch (JacksonException e) {
        return null;
      }
    }
    Matcher form = TRACEPARENT.matcher(parent == null ? "" : parent);
    return form.matches() ? form.group(1) : null;
  }

  private @Nullable String member(String name) {
    return request == null ? null : request.member(name);
  }

  private static String text(Envelope message) {
    return new String(message.toBytes(), StandardCharsets.UTF_8);
  }

  private static @Nullable String cut(@Nullable String text, int most) {
    return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
  }
}
