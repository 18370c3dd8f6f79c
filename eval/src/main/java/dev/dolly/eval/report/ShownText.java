package dev.dolly.eval.report;

import java.util.Locale;

/**
 * A text that anybody may have written, for a page: what would not be seen, or would change the
 * order of what is seen, stands there by its name.
 *
 * @param text all of it
 * @param start of one that is too long to stand open, else ""
 * @param characters code points of one that is too long, with separators
 */
record ShownText(String text, String start, String characters) {
  /** Code points that stand open, and lines. */
  private static final int OPEN = 600;

  private static final int LINES = 12;
  private static final int START = 280;
  private static final int START_LINES = 5;

  static ShownText of(String text) {
    String visible = visible(text);
    int codePoints = visible.codePointCount(0, visible.length());
    if (codePoints <= OPEN && visible.lines().count() <= LINES) {
      return new ShownText(visible, "", "");
    }
    return new ShownText(visible, start(visible), String.format(Locale.ROOT, "%,d", codePoints));
  }

  private static String start(String text) {
    int lines = 0;
    int shown = 0;
    int at = 0;
    while (at < text.length() && shown < START) {
      int codePoint = text.codePointAt(at);
      if (codePoint == '\n' && ++lines == START_LINES) {
        break;
      }
      at += Character.charCount(codePoint);
      shown++;
    }
    return text.substring(0, at) + "…";
  }

  private static String visible(String text) {
    StringBuilder visible = new StringBuilder(text.length());
    text.replace("\r\n", "\n").codePoints().forEach(codePoint -> append(visible, codePoint));
    return visible.toString();
  }

  private static void append(StringBuilder visible, int codePoint) {
    boolean layout = codePoint == '\n' || codePoint == '\t';
    if (Character.getType(codePoint) == Character.SURROGATE
        || (Character.isISOControl(codePoint) && !layout)
        || turns(codePoint)) {
      visible.append("[U+%04X]".formatted(codePoint));
    } else {
      visible.appendCodePoint(codePoint);
    }
  }

  /** Embeddings, overrides and isolates of the bidirectional algorithm. */
  private static boolean turns(int codePoint) {
    return (codePoint >= 0x202A && codePoint <= 0x202E)
        || (codePoint >= 0x2066 && codePoint <= 0x2069);
  }
}
