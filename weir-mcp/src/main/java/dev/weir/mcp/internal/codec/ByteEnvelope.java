package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A message as the stretch of a kept array that holds it, with the few values that were read from
 * it and the places where four of them stand.
 *
 * <p>The stretch has no line break in it: the reader has seen to that. Places count from its start.
 * A splice copies the stretch around one place and moves the places behind it.
 */
final class ByteEnvelope implements Envelope {

  /** What was read; null where the message has no such value. */
  record Facts(
      Kind kind,
      @Nullable RequestId id,
      @Nullable String method,
      @Nullable String name,
      @Nullable String uri,
      @Nullable RequestId progressToken,
      @Nullable RequestId cancelledId,
      @Nullable String protocolVersion,
      @Nullable String metaVersion,
      @Nullable Integer errorCode) {

    Facts with(
        @Nullable RequestId id,
        @Nullable String name,
        @Nullable RequestId progressToken,
        @Nullable RequestId cancelledId) {
      return new Facts(
          kind,
          id,
          method,
          name,
          uri,
          progressToken,
          cancelledId,
          protocolVersion,
          metaVersion,
          errorCode);
    }
  }

  /** Where it stands; null where the message has no such value. {@code body}: params or outcome. */
  record Places(
      @Nullable Span id,
      @Nullable Span name,
      @Nullable Span progressToken,
      @Nullable Span cancelledId,
      @Nullable Span body) {

    Places after(Span spliced, int growth) {
      return new Places(
          Span.after(id, spliced, growth),
          Span.after(name, spliced, growth),
          Span.after(progressToken, spliced, growth),
          Span.after(cancelledId, spliced, growth),
          Span.after(body, spliced, growth));
    }
  }

  /** From the first byte to the one after the last. */
  record Span(int from, int to) {

    /** Where this place is once another one has grown: the same, behind it, or around it. */
    static @Nullable Span after(@Nullable Span span, Span spliced, int growth) {
      if (span == null || span.to < spliced.to) return span;
      boolean behind = span.from >= spliced.from && !span.equals(spliced);
      return new Span(behind ? span.from + growth : span.from, span.to + growth);
    }
  }

  private final byte[] bytes;
  private final int from;
  private final int to;
  private final Facts facts;
  private final Places places;

  ByteEnvelope(byte[] bytes, Span stretch, Facts facts, Places places) {
    this.bytes = bytes;
    this.from = stretch.from;
    this.to = stretch.to;
    this.facts = facts;
    this.places = places;
  }

  @Override
  public Kind kind() {
    return facts.kind;
  }

  @Override
  public @Nullable RequestId id() {
    return facts.id;
  }

  @Override
  public @Nullable String method() {
    return facts.method;
  }

  @Override
  public @Nullable String name() {
    return facts.name;
  }

  @Override
  public @Nullable String uri() {
    return facts.uri;
  }

  @Override
  public @Nullable RequestId progressToken() {
    return facts.progressToken;
  }

  @Override
  public @Nullable RequestId cancelledId() {
    return facts.cancelledId;
  }

  @Override
  public @Nullable String protocolVersion() {
    return facts.protocolVersion;
  }

  @Override
  public @Nullable String metaVersion() {
    return facts.metaVersion;
  }

  @Override
  public @Nullable Integer errorCode() {
    return facts.errorCode;
  }

  @Override
  public int size() {
    return to - from;
  }

  @Override
  public byte[] toBytes() {
    return Arrays.copyOfRange(bytes, from, to);
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, from, to - from);
  }

  @Override
  public @Nullable String member(String name) {
    Span body = places.body;
    if (body == null) return null;
    return EnvelopeReader.member(bytes, from + body.from, from + body.to, name);
  }

  @Override
  public Envelope withMember(String name, @Nullable String json) {
    StringJoiner members = new StringJoiner(",", "{", "}");
    Span body = places.body;
    if (body != null) {
      EnvelopeReader.membersBut(name, bytes, from + body.from, from + body.to)
          .forEach(members::add);
    }
    if (json != null) members.add(JsonText.quote(name) + ":" + json);
    String changed = members.toString();
    // Without params: the new member goes right before the closing brace.
    String text = new String(toBytes(), UTF_8);
    String rebuilt =
        body == null
            ? text.substring(0, text.length() - 1) + ",\"params\":" + changed + "}"
            : new String(bytes, from, body.from, UTF_8)
                + changed
                + new String(bytes, from + body.to, to - from - body.to, UTF_8);
    return EnvelopeWriter.checked(rebuilt);
  }

  @Override
  public Envelope withId(RequestId id) {
    Facts changed = facts.with(id, facts.name, facts.progressToken, facts.cancelledId);
    if (places.id != null) return spliced(places.id, id.json(), changed);
    if (facts.kind != Kind.ERROR) throw missing("id");
    // An error without an id: the new member goes right after the opening brace.
    ByteEnvelope inserted = spliced(new Span(1, 1), "\"id\":" + id.json() + ",", changed);
    Span place = new Span(6, 6 + id.json().getBytes(UTF_8).length);
    Places moved = inserted.places;
    return new ByteEnvelope(
        inserted.bytes,
        new Span(inserted.from, inserted.to),
        changed,
        new Places(place, moved.name, moved.progressToken, moved.cancelledId, moved.body));
  }

  @Override
  public Envelope withName(String name) {
    Facts changed = facts.with(facts.id, name, facts.progressToken, facts.cancelledId);
    if (places.name == null) throw missing("params.name");
    return spliced(places.name, JsonText.quote(name), changed);
  }

  @Override
  public Envelope withProgressToken(RequestId token) {
    Facts changed = facts.with(facts.id, facts.name, token, facts.cancelledId);
    if (places.progressToken == null) throw missing("progress token");
    return spliced(places.progressToken, token.json(), changed);
  }

  @Override
  public Envelope withCancelledId(RequestId id) {
    Facts changed = facts.with(facts.id, facts.name, facts.progressToken, id);
    if (places.cancelledId == null) throw missing("params.requestId");
    return spliced(places.cancelledId, id.json(), changed);
  }

  private ByteEnvelope spliced(Span place, String json, Facts changed) {
    byte[] value = json.getBytes(UTF_8);
    int growth = value.length - (place.to - place.from);
    byte[] copy = new byte[Math.addExact(size(), growth)];
    System.arraycopy(bytes, from, copy, 0, place.from);
    System.arraycopy(value, 0, copy, place.from, value.length);
    int behind = from + place.to;
    System.arraycopy(bytes, behind, copy, place.from + value.length, to - behind);
    return new ByteEnvelope(copy, new Span(0, copy.length), changed, places.after(place, growth));
  }

  private IllegalStateException missing(String what) {
    return new IllegalStateException("this message has no " + what + ": " + this);
  }

  /** For people: what it is and how long, never its content. */
  @Override
  public String toString() {
    String what = facts.method == null ? facts.kind.name() : facts.method;
    return what + (facts.id == null ? "" : " " + facts.id) + " (" + size() + " bytes)";
  }
}
