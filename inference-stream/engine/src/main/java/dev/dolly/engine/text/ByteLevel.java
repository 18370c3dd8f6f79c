package dev.dolly.engine.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's byte alphabet: a vocabulary entry spells each byte with one printable character. The 188
 * printable bytes of Latin-1 stand for themselves, the other 68 for U+0100, U+0101 … in order.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">bytes_to_unicode</a>
 */
final class ByteLevel {
  private static final int FIRST_STAND_IN = 0x100;
  private static final short[] BYTE_OF = alphabet();

  private ByteLevel() {}

  private static short[] alphabet() {
    short[] byteOf = new short[FIRST_STAND_IN + 68];
    Arrays.fill(byteOf, (short) -1);
    int next = FIRST_STAND_IN;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      byteOf[printable ? b : next++] = (short) b;
    }
    return byteOf;
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
