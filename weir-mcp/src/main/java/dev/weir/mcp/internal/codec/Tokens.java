package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weir.mcp.RequestId;
import dev.weir.mcp.internal.codec.ByteEnvelope.Span;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * The tokens of a JSON text, each with the place in the array where it stands.
 *
 * <p>What counts as JSON is left to the library. Its limits on numbers, names and strings are
 * lifted (they pass as bytes, so their length costs nothing); nesting ends at 1,000. Its guess of
 * an encoding is off: it is UTF-8, and {@link Utf8} has looked at it. Its defence against names
 * that collide in the symbol table stays on.
 */
final class Tokens implements AutoCloseable {
  private static final int MAX_NESTING = 1_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final byte[] bytes;
  private final int base;
  private final JsonParser parser;

  Tokens(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.base = from;
    this.parser = FACTORY.createParser(ObjectReadContext.empty(), bytes, from, to - from);
  }

  /** The next token; null at the end of the text. */
  @Nullable JsonToken next() {
    return parser.nextToken();
  }

  /** The name of the member whose name or value is the current token. */
  String memberName() {
    return parser.currentName();
  }

  /** The current string, decoded; null when the current token is none. */
  @Nullable String string() {
    return parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
  }

  /** The current integer, where it is one and fits. */
  @Nullable Integer integer() {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) return null;
    String digits = parser.getString();
    // "-2147483648" has eleven characters; a longer one fits no int.
    if (digits.length() > 11) return null;
    long value = Long.parseLong(digits);
    return value == (int) value ? Integer.valueOf((int) value) : null;
  }

  /** The current string or number as an id; null when the current token is neither. */
  @Nullable RequestId id() {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING) return new RequestId(JsonText.quote(parser.getString()));
    if (token == null || !token.isNumeric()) return null;
    Span place = place();
    return new RequestId(new String(bytes, place.from(), place.to() - place.from(), US_ASCII));
  }

  /** Where the current token starts. */
  int start() {
    return base + (int) parser.currentTokenLocation().getByteOffset();
  }

  /** Where the current value stands; to the end of its object or array when it is one. */
  Span place() {
    int from = start();
    skip();
    return new Span(from, end());
  }

  /** Goes to the last token of the current value and checks what it passes. */
  void skip() {
    parser.skipChildren();
    parser.finishToken();
  }

  /** Where the current token ends. */
  int end() {
    return base + (int) parser.currentLocation().getByteOffset();
  }

  @Override
  public void close() {
    parser.close();
  }
}
