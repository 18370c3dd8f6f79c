package dev.dolly.engine.text;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Places in a text that no token crosses, whatever stands on either side: the ids of what is before
 * one are the first ids of the whole text. They are where GPT-2's pattern always ends a word, and
 * where no normalisation joins characters.
 */
final class CutPoints {
  private static final String EAST_ASIAN_PUNCTUATION = "\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f";

  private CutPoints() {}

  /**
   * Whether a tokenizer is one for which this holds: it splits by GPT-2's pattern, normalises to
   * NFC at most, and its added tokens that are not special are runs of white space.
   */
  static boolean existFor(JsonNode spec) {
    JsonNode splitter = spec.path("pre_tokenizer");
    JsonNode normalizer = spec.path("normalizer");
    boolean plain = normalizer.isNull() || normalizer.isMissingNode();
    for (JsonNode token : spec.path("added_tokens")) {
      if (!token.path("special").asBoolean() && !token.path("content").asText().isBlank()) {
        return false;
      }
    }
    return splitter.path("type").asText().equals("ByteLevel")
        && splitter.path("use_regex").asBoolean(true)
        && (plain || normalizer.path("type").asText().equals("NFC"));
  }

  /** The first of them at or after an index; the text's length if there is none. */
  static int atOrAfter(String text, int index) {
    for (int at = Math.max(1, index); at < text.length(); at++) {
      if (parts(text.charAt(at - 1), text.charAt(at))) {
        return at;
      }
    }
    return text.length();
  }

  /**
   * White space begins a word of its own or is the space before one; a word of ASCII letters or
   * digits ends where anything else in ASCII follows, and one of Chinese or Japanese letters at
   * their punctuation. (Elsewhere a mark may follow that joins the letter before it.)
   */
  private static boolean parts(char before, char after) {
    if (after == ' ' || after == '\n') {
      return !isWhiteSpace(before);
    }
    if (after < 0x7f) {
      return kind(before) != Kind.OTHER && kind(before) != kind(after);
    }
    return isIdeographOrKana(before) && EAST_ASIAN_PUNCTUATION.indexOf(after) >= 0;
  }

  private static boolean isWhiteSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  private static boolean isIdeographOrKana(char c) {
    return (c >= 0x4e00 && c <= 0x9fff)
        || (c >= 0x3041 && c <= 0x3096)
        || (c >= 0x30a1 && c <= 0x30fa);
  }

  private enum Kind {
    LETTER,
    DIGIT,
    OTHER
  }

  private static Kind kind(char c) {
    if (c >= '0' && c <= '9') {
      return Kind.DIGIT;
    }
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? Kind.LETTER : Kind.OTHER;
  }
}
