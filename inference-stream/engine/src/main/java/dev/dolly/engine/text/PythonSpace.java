package dev.dolly.engine.text;

/**
 * White space as Python's {@code str.isspace()}, {@code str.strip()} and {@code \s} have it: all of
 * Unicode's, and the four separators U+001C to U+001F. Java's {@code Character} methods and regular
 * expressions have other sets. All of it lies in the basic plane.
 */
public final class PythonSpace {
  private PythonSpace() {}

  static boolean isSpace(char c) {
    return (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** The text without white space at its end: {@code str.rstrip()}. */
  public static String stripTrailing(String text) {
    int to = text.length();
    while (to > 0 && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(0, to);
  }

  /** The text without white space on either side: {@code str.strip()}. */
  public static String strip(String text) {
    return strip(text, text.length());
  }

  /** The characters before {@code end} without white space on either side. */
  static String strip(CharSequence text, int end) {
    int from = 0;
    while (from < end && isSpace(text.charAt(from))) {
      from++;
    }
    int to = end;
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.subSequence(from, to).toString();
  }
}
