package dev.dolly.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The lines of a stream as they are, undecoded: what is no UTF-8 must reach the parser that says
 * so. A line ends with a line feed, the last one also with the stream.
 */
final class ByteLines {
  /** More of a line is not kept; every limit on a prompt is far below. */
  private static final int KEPT_BYTES = 16 << 20;

  private final InputStream in;

  ByteLines(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** The next line without its end, or null. */
  byte[] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    int b = in.read();
    if (b < 0) {
      return null;
    }
    while (b >= 0 && b != '\n') {
      if (line.size() < KEPT_BYTES) {
        line.write(b);
      }
      b = in.read();
    }
    return line.toByteArray();
  }
}
