package dev.weir.mcp.internal.codec;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Envelope.Kind;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.internal.codec.ByteEnvelope.Facts;
import dev.weir.mcp.internal.codec.ByteEnvelope.Places;
import dev.weir.mcp.internal.codec.ByteEnvelope.Span;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * One message while it is walked over: what was found so far, and the first fault.
 *
 * <p>A fault does not end the walk: the id may still come, and the text may turn out to be no JSON
 * at all, which weighs more. Members may come in any order, so what they mean is settled at the
 * end.
 *
 * <p>A member that decides where a message goes must not occur twice. RFC 8259 lets each reader
 * take the one it likes, so a name that was checked here could be another name to the upstream.
 * Other members may repeat, and pass.
 */
final class MessageScan {
  /** What tells a request of the modern era (2026-07-28, Basic, "_meta"). */
  private static final String VERSION = "io.modelcontextprotocol/protocolVersion";

  private final Tokens tokens;

  private @Nullable String fault;
  private long seen;
  private int from;
  private int to;
  private boolean isVersion2;
  private boolean hasMethod;
  private boolean hasResult;
  private boolean hasError;
  private @Nullable RequestId id;
  private @Nullable Span idAt;
  private @Nullable String method;
  private @Nullable String name;
  private @Nullable Span nameAt;
  private @Nullable String uri;
  private @Nullable RequestId ownToken;
  private @Nullable Span ownTokenAt;
  private @Nullable RequestId metaToken;
  private @Nullable Span metaTokenAt;
  private @Nullable RequestId requestId;
  private @Nullable Span requestIdAt;
  private @Nullable String protocolVersion;
  private @Nullable String metaVersion;
  private @Nullable Integer errorCode;
  private @Nullable Span bodyAt;

  MessageScan(Tokens tokens) {
    this.tokens = tokens;
  }

  /** The id, as far as the walk has come. */
  @Nullable RequestId id() {
    return id;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** From the first token of a value to its last. */
  void walk(@Nullable JsonToken first) {
    from = tokens.start();
    if (first == JsonToken.START_OBJECT) {
      while (tokens.next() == JsonToken.PROPERTY_NAME) {
        String member = tokens.memberName();
        topLevel(member, tokens.next());
        tokens.skip();
      }
    } else {
      tokens.skip();
      blame("a message is an object");
    }
    to = tokens.end();
  }

  private void topLevel(String member, @Nullable JsonToken value) {
    switch (member) {
      case "jsonrpc" -> {
        once(0, member);
        isVersion2 = "2.0".equals(tokens.string());
      }
      case "id" -> {
        once(1, member);
        id = tokens.id();
        idAt = placeFromHere();
        if (id == null && value != JsonToken.VALUE_NULL) blame("an id is a string or a number");
      }
      case "method" -> {
        once(2, member);
        hasMethod = true;
        method = tokens.string();
        if (method == null) blame("a method is a string");
      }
      case "params" -> {
        once(3, member);
        body(member, value);
      }
      case "result" -> {
        once(4, member);
        hasResult = true;
        body(member, value);
      }
      case "error" -> {
        once(5, member);
        hasError = true;
        if (value != JsonToken.START_OBJECT) blame("an error is an object");
        body(member, value);
      }
      default -> {}
    }
  }

  private void body(String owner, @Nullable JsonToken value) {
    int start = tokens.start() - from;
    if (value == JsonToken.START_OBJECT) {
      while (tokens.next() == JsonToken.PROPERTY_NAME) {
        String member = tokens.memberName();
        JsonToken inner = tokens.next();
        switch (owner) {
          case "params" -> param(member, inner);
          case "result" -> {
            if (member.equals("protocolVersion")) protocolVersion = tokens.string();
          }
          default -> {
            if (member.equals("code")) errorCode = tokens.integer();
          }
        }
        tokens.skip();
      }
    } else {
      tokens.skip();
    }
    bodyAt = new Span(start, tokens.end() - from);
  }

  private void param(String member, @Nullable JsonToken value) {
    switch (member) {
      case "name" -> {
        once(6, "params.name");
        name = tokens.string();
        if (name != null) nameAt = placeFromHere();
      }
      case "uri" -> {
        once(7, "params.uri");
        uri = tokens.string();
      }
      case "progressToken" -> {
        once(8, "params.progressToken");
        ownToken = tokens.id();
        if (ownToken != null) ownTokenAt = placeFromHere();
      }
      case "requestId" -> {
        once(9, "params.requestId");
        requestId = tokens.id();
        if (requestId != null) requestIdAt = placeFromHere();
      }
      case "protocolVersion" -> {
        once(10, "params.protocolVersion");
        protocolVersion = tokens.string();
      }
      case "_meta" -> {
        once(11, "params._meta");
        if (value == JsonToken.START_OBJECT) meta();
      }
      default -> {}
    }
  }

  private void meta() {
    while (tokens.next() == JsonToken.PROPERTY_NAME) {
      String member = tokens.memberName();
      tokens.next();
      switch (member) {
        case "progressToken" -> {
          once(12, "params._meta.progressToken");
          metaToken = tokens.id();
          if (metaToken != null) metaTokenAt = placeFromHere();
        }
        case VERSION -> {
          once(13, "params._meta." + VERSION);
          metaVersion = tokens.string();
        }
        default -> {}
      }
      tokens.skip();
    }
  }

  /** The place of the current value, counted from the start of the message. */
  private Span placeFromHere() {
    Span place = tokens.place();
    return new Span(place.from() - from, place.to() - from);
  }

  private void once(int bit, String member) {
    if ((seen & 1L << bit) != 0) blame("the member " + member + " occurs twice");
    seen |= 1L << bit;
  }

  private void blame(String what) {
    if (fault == null) fault = what;
  }

  /** What the members make together; to be called when the whole text has proved to be JSON. */
  Envelope envelope(byte[] bytes) throws MalformedMessageException {
    Kind kind = hasMethod ? (idAt == null ? Kind.NOTIFICATION : Kind.REQUEST) : outcome();
    checkMembers(kind);
    if (fault != null) {
      throw new MalformedMessageException(
          JsonRpcError.INVALID_REQUEST, "no JSON-RPC message: " + fault, id);
    }
    boolean progress = "notifications/progress".equals(method);
    boolean cancelled = "notifications/cancelled".equals(method);
    Facts facts =
        new Facts(
            kind,
            id,
            method,
            name,
            uri,
            progress ? ownToken : kind == Kind.REQUEST ? metaToken : null,
            cancelled ? requestId : null,
            protocolVersion,
            kind == Kind.REQUEST ? metaVersion : null,
            errorCode);
    Places places =
        new Places(
            idAt,
            nameAt,
            progress ? ownTokenAt : kind == Kind.REQUEST ? metaTokenAt : null,
            cancelled ? requestIdAt : null,
            bodyAt);
    return new ByteEnvelope(bytes, new Span(from, to), facts, places);
  }

  private Kind outcome() {
    if (!hasResult && !hasError) blame("it has neither a method nor a result nor an error");
    return hasError ? Kind.ERROR : Kind.RESULT;
  }

  private void checkMembers(Kind kind) {
    if (!isVersion2) blame("the member jsonrpc is not \"2.0\"");
    boolean response = hasResult || hasError;
    if (hasMethod && response) blame("it has a method and an outcome");
    if (hasResult && hasError) blame("it has a result and an error");
    // JSON-RPC allows a null id in an error only; MCP forbids it in a request.
    if (id == null && (kind == Kind.REQUEST || kind == Kind.RESULT)) {
      blame("an id is a string or a number");
    }
  }
}
