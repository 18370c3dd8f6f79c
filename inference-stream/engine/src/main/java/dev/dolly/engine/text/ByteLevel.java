package dev.dolly.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * GPT-2's byte alphabet: a vocabulary entry spells each byte with one printable character. The 188
 * printable bytes of Latin-1 stand for themselves, the other 68 for U+0100, U+0101 … in order.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">bytes_to_unicode</a>
 */
public final class ByteLevel {
  private static final int FIRST_STAND_IN = 0x100;
  private static final short[] BYTE_OF = byteOf();
  private static final char[] CHARACTER_OF = characterOf();

  private ByteLevel() {}

  private static short[] byteOf() {
    short[] byteOf = new short[FIRST_STAND_IN + 68];
    Arrays.fill(byteOf, (short) -1);
    int next = FIRST_STAND_IN;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      byteOf[printable ? b : next++] = (short) b;
    }
    return byteOf;
  }

  private static char[] characterOf() {
    char[] characterOf = new char[256];
    for (char c = 0; c < BYTE_OF.length; c++) {
      if (BYTE_OF[c] >= 0) {
        characterOf[BYTE_OF[c]] = c;
      }
    }
    return characterOf;
  }

  /** All characters of the alphabet in Unicode's order, a string each. */
  public static List<String> alphabet() {
    return IntStream.range(0, BYTE_OF.length)
        .filter(c -> BYTE_OF[c] >= 0)
        .mapToObj(c -> String.valueOf((char) c))
        .toList();
  }

  /** Bytes, a character each. */
  public static String spelled(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      text.append(CHARACTER_OF[b & 0xff]);
    }
    return text.toString();
  }

  /**
   * The bytes a token stands for, as Hugging Face's decoder has it: by the alphabet, but the
   * token's own UTF-8 where any character is not of the alphabet (added tokens with a space).
   */
  static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTE_OF[c];
    }
    return bytes;
  }
}
