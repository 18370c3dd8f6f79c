package dev.dolly.engine.text;

/**
 * Bytes in, characters out, piece by piece, with the same result as all at once. Each maximal part
 * of a broken character becomes one U+FFFD, as in Rust's {@code String::from_utf8_lossy}, which
 * Hugging Face's byte-level decoder calls. Java's own decoder differs: it takes the three bytes of
 * an encoded surrogate for one mistake, not three.
 *
 * <p>Cost grows with the bytes fed, not with the text so far. One thread.
 *
 * @see <a href="https://encoding.spec.whatwg.org/#utf-8-decoder">the algorithm</a>
 */
final class Utf8Stream {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int LOWEST = 0x80;
  private static final int HIGHEST = 0xbf;

  private final StringBuilder text = new StringBuilder();

  /** The character begun, and how many bytes of it are still to come. */
  private int codePoint;

  private int missing;

  /** What the next byte of a character begun may be. */
  private int lowest = LOWEST;

  private int highest = HIGHEST;

  void feed(byte[] bytes) {
    for (byte each : bytes) {
      int b = each & 0xff;
      if (missing > 0 && b >= lowest && b <= highest) {
        goOn(b);
      } else {
        if (missing > 0) {
          text.append(REPLACEMENT);
        }
        begin(b);
      }
    }
  }

  private void begin(int b) {
    missing = 0;
    lowest = LOWEST;
    highest = HIGHEST;
    if (b < 0x80) {
      text.append((char) b);
    } else if (b >= 0xc2 && b <= 0xdf) {
      missing = 1;
      codePoint = b & 0x1f;
    } else if (b >= 0xe0 && b <= 0xef) {
      missing = 2;
      codePoint = b & 0x0f;
      lowest = b == 0xe0 ? 0xa0 : LOWEST; // else there is a shorter form
      highest = b == 0xed ? 0x9f : HIGHEST; // else it is a surrogate
    } else if (b >= 0xf0 && b <= 0xf4) {
      missing = 3;
      codePoint = b & 0x07;
      lowest = b == 0xf0 ? 0x90 : LOWEST;
      highest = b == 0xf4 ? 0x8f : HIGHEST; // else it is beyond U+10FFFF
    } else {
      text.append(REPLACEMENT);
    }
  }

  private void goOn(int b) {
    codePoint = codePoint << 6 | (b & 0x3f);
    lowest = LOWEST;
    highest = HIGHEST;
    missing--;
    if (missing == 0) {
      text.appendCodePoint(codePoint);
    }
  }

  /** The characters that are whole, and never change any more. */
  CharSequence text() {
    return text;
  }

  int length() {
    return text.length();
  }

  /** What stands for a character begun if nothing follows: one U+FFFD, or nothing. */
  String tail() {
    return missing == 0 ? "" : String.valueOf(REPLACEMENT);
  }
}
