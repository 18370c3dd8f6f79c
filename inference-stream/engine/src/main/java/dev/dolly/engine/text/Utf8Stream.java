package dev.dolly.engine.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Bytes in, characters out, piece by piece, with the same result as all at once: each maximal
 * invalid stretch becomes one U+FFFD, as in Rust's {@code String::from_utf8_lossy}, which Hugging
 * Face's byte-level decoder calls. At most three bytes are kept back, the start of a character
 * whose rest may yet come.
 *
 * <p>Cost grows with the bytes fed, not with the text so far. One thread.
 */
final class Utf8Stream {
  private static final char REPLACEMENT = '\uFFFD';

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final StringBuilder text = new StringBuilder();
  private byte[] pending = new byte[0];

  void feed(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    ByteBuffer in =
        ByteBuffer.allocate(pending.length + bytes.length).put(pending).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining()); // UTF-8 never gives more chars than bytes
    decoder.reset();
    decoder.decode(in, out, false);
    text.append(out.flip());
    pending = new byte[in.remaining()];
    in.get(pending);
  }

  /** The characters that are whole, and never change any more. */
  CharSequence text() {
    return text;
  }

  int length() {
    return text.length();
  }

  /** What stands for the kept-back bytes if nothing follows: one U+FFFD, or nothing. */
  String tail() {
    return pending.length == 0 ? "" : String.valueOf(REPLACEMENT);
  }
}
