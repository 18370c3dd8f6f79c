package dev.dolly.schemas.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.dolly.schemas.avro.ErrorCode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads values of a given type from a parser that stands on them; another type is WRONG_TYPE.
 *
 * <p>JSON has one kind of number, and many languages write a whole one as 256.0: so a number
 * without a fraction is an integer however it is written (256.0, 2.56e2), and 256.5 is not.
 */
final class JsonFields {

  private static final int SHOWN_CHARACTERS = 60;
  private static final int LONG_DIGITS = 19;
  private static final Pattern NOT_ZERO = Pattern.compile("^-?[0-9.]*[1-9]");

  private JsonFields() {}

  static String string(JsonParser parser, String field) throws IOException, RejectedException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrongType(parser, field, "a string");
    }
    return parser.getText();
  }

  static boolean bool(JsonParser parser, String field) throws IOException, RejectedException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrongType(parser, field, "true or false");
    };
  }

  static double number(JsonParser parser, String field) throws IOException, RejectedException {
    if (!parser.currentToken().isNumeric()) {
      throw wrongType(parser, field, "a number");
    }
    String text = parser.getText();
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value) || (value == 0 && NOT_ZERO.matcher(text).find())) {
      throw doesNotFit(field, text, "a 64-bit floating-point number");
    }
    return value;
  }

  static int int32(JsonParser parser, String field) throws IOException, RejectedException {
    BigDecimal value = whole(parser, field, "a 32-bit integer");
    try {
      return value.intValueExact();
    } catch (ArithmeticException e) {
      throw doesNotFit(field, parser.getText(), "a 32-bit integer");
    }
  }

  static long int64(JsonParser parser, String field) throws IOException, RejectedException {
    BigDecimal value = whole(parser, field, "a 64-bit integer");
    try {
      return value.longValueExact();
    } catch (ArithmeticException e) {
      throw doesNotFit(field, parser.getText(), "a 64-bit integer");
    }
  }

  private static BigDecimal whole(JsonParser parser, String field, String kind)
      throws IOException, RejectedException {
    if (!parser.currentToken().isNumeric()) {
      throw wrongType(parser, field, "a whole number");
    }
    BigDecimal value;
    try {
      value = new BigDecimal(parser.getText()).stripTrailingZeros();
    } catch (NumberFormatException e) {
      throw doesNotFit(field, parser.getText(), kind);
    }
    // Before anything is expanded: 1e999999999 would have a billion digits.
    if (value.precision() - (long) value.scale() > LONG_DIGITS) {
      throw doesNotFit(field, parser.getText(), kind);
    }
    if (value.scale() > 0) {
      throw wrongType(parser, field, "a whole number");
    }
    return value;
  }

  static List<String> strings(JsonParser parser, String field)
      throws IOException, RejectedException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrongType(parser, field, "an array of strings");
    }
    List<String> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(string(parser, field + "[" + items.size() + "]"));
    }
    return items;
  }

  static Map<String, String> stringMap(JsonParser parser, String field)
      throws IOException, RejectedException {
    requireObject(parser, field + " must be an object of strings");
    Map<String, String> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      entries.put(key, string(parser, field + "[" + shown(key) + "]"));
    }
    return entries;
  }

  /** Whether the parser stands on null. */
  static boolean isNull(JsonParser parser) {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  static void requireObject(JsonParser parser, String message)
      throws IOException, RejectedException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new RejectedException(ErrorCode.WRONG_TYPE, message + ", not " + describe(parser));
    }
  }

  private static RejectedException wrongType(JsonParser parser, String field, String wanted)
      throws IOException {
    return new RejectedException(
        ErrorCode.WRONG_TYPE, field + " must be " + wanted + ", not " + describe(parser));
  }

  private static RejectedException doesNotFit(String field, String text, String kind) {
    return new RejectedException(
        ErrorCode.MALFORMED_JSON,
        field + " is " + shortened(text) + ", which does not fit " + kind);
  }

  private static String describe(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "the string " + shown(parser.getText());
      case VALUE_NULL -> "null";
      case VALUE_TRUE, VALUE_FALSE -> parser.getText();
      default -> "the number " + shortened(parser.getText());
    };
  }

  /** The text in quotes on one line, cut if long. */
  static String shown(String text) {
    StringBuilder line = new StringBuilder("\"");
    shortened(text)
        .codePoints()
        .map(
            c ->
                Character.isISOControl(c) || Character.getType(c) == Character.LINE_SEPARATOR
                    ? ' '
                    : c)
        .forEach(line::appendCodePoint);
    return line.append('"').toString();
  }

  private static String shortened(String text) {
    if (text.length() <= SHOWN_CHARACTERS) {
      return text;
    }
    int end = SHOWN_CHARACTERS - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
