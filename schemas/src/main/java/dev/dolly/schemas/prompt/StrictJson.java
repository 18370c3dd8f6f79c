package dev.dolly.schemas.prompt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.dolly.schemas.avro.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * One JSON value (RFC 8259) and nothing else: UTF-8, no duplicate keys, at most 32 levels, no lone
 * surrogates and no NUL in any text.
 *
 * <p>The whole text is looked at before any field is: whether something is JSON must not depend on
 * what its fields mean.
 */
public final class StrictJson {

  private static final int MAX_NESTING = 32;
  private static final char REPLACEMENT = '\uFFFD';

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names come from strangers: a table of all names ever seen would only grow.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final String watchedField;
  private String watchedText;

  /**
   * @param watchedField a text field of the outermost object that is wanted even if what follows it
   *     is broken
   */
  public StrictJson(String watchedField) {
    this.watchedField = watchedField;
  }

  /** The watched field's text; null if it wasn't reached, or is no text. */
  String watchedText() {
    return watchedText;
  }

  /**
   * Reads the bytes through, once: a second look at the text would cost as much as the first.
   *
   * @return a parser of what was read, before the value: nothing in it can be wrong any more
   * @throws RejectedException MALFORMED_JSON
   */
  public JsonParser check(byte[] bytes) throws RejectedException {
    String text = decode(bytes);
    try (JsonParser parser = FACTORY.createParser(text);
        TokenBuffer tokens = new TokenBuffer(parser)) {
      if (parser.nextToken() == null) {
        throw malformed("there is no JSON value in it");
      }
      boolean isObject = parser.currentToken() == JsonToken.START_OBJECT;
      int depth = 0;
      do {
        switch (parser.currentToken()) {
          case START_OBJECT, START_ARRAY -> {
            depth++;
            tokens.copyCurrentEvent(parser);
          }
          case END_OBJECT, END_ARRAY -> {
            depth--;
            tokens.copyCurrentEvent(parser);
          }
          case FIELD_NAME -> {
            requireSound(parser.currentName(), parser);
            tokens.writeFieldName(parser.currentName());
          }
          case VALUE_STRING -> {
            String value = parser.getText();
            requireSound(value, parser);
            tokens.writeString(value);
            if (depth == 1 && isObject && watchedField.equals(parser.currentName())) {
              watchedText = value;
            }
          }
          // Numbers and constants are sound as soon as they are tokens.
          default -> tokens.copyCurrentEvent(parser);
        }
      } while (parser.nextToken() != null && depth > 0);
      if (parser.currentToken() != null) {
        throw malformed("something follows the JSON value" + at(parser.currentTokenLocation()));
      }
      return tokens.asParser();
    } catch (JsonProcessingException e) {
      throw malformed(e.getOriginalMessage() + at(e.getLocation()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private static String decode(byte[] bytes) throws RejectedException {
    // Much the faster way; it puts U+FFFD in place of what is no UTF-8, so without one all is well.
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0 ? text : decodeOrRefuse(bytes);
  }

  private static String decodeOrRefuse(byte[] bytes) throws RejectedException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(in)
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("byte " + in.position() + " is not UTF-8");
    }
  }

  private static void requireSound(String text, JsonParser parser) throws RejectedException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw malformed("a text holds the character NUL" + at(parser.currentTokenLocation()));
      }
      if (Character.isSurrogate(c)) {
        boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        if (!pair) {
          throw malformed(
              "a text holds the lone surrogate \\u%04x%s"
                  .formatted((int) c, at(parser.currentTokenLocation())));
        }
        i++;
      }
    }
  }

  private static String at(JsonLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static RejectedException malformed(String message) {
    return new RejectedException(ErrorCode.MALFORMED_JSON, "not JSON as it must be: " + message);
  }
}
