package dev.dolly.schemas.dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a JSON array into its elements without looking into them: strings and brackets tell where
 * one ends (RFC 8259), so that one that is no JSON, or no UTF-8, does not end the others.
 */
final class ArrayElements {
  private static final int BUFFER_BYTES = 1 << 16;

  private final String name;
  private final Taker taker;
  private final ByteArrayOutputStream element = new ByteArrayOutputStream();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private long line;
  private long begun;
  private int from;
  private int depth;
  private boolean started;
  private boolean comma;
  private boolean string;
  private boolean escape;
  private boolean closed;

  /** Takes the elements in their order. */
  @FunctionalInterface
  interface Taker {
    /**
     * @param line of the file that it begins at, from 0
     * @param bytes as they stand there, of a long one more than {@link DatasetFile#RECORD_BYTES}
     */
    void take(long line, byte[] bytes) throws IOException;
  }

  /**
   * @param name of the file, for messages
   * @param line of the file that the array begins at, from 0
   */
  ArrayElements(String name, long line, Taker taker) {
    this.name = name;
    this.line = line;
    this.taker = taker;
  }

  /**
   * Reads all of them.
   *
   * @param in behind the array's bracket; read to its end
   * @throws IOException when it cannot be read, is torn, or something follows it
   */
  void read(InputStream in) throws IOException {
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      from = 0;
      for (int i = 0; i < read; i++) {
        next(buffer[i], i);
      }
      if (started) {
        keep(read);
      }
    }
    if (!closed) {
      throw wrong("it ends without its ]");
    }
  }

  private void next(byte b, int at) throws IOException {
    if (string) {
      inString(b);
    } else if (!DatasetFile.isBlank(b)) {
      if (closed) {
        throw new IOException(name + ": something follows the JSON array");
      }
      if (depth == 0 && (b == ',' || b == ']')) {
        end(b, at);
      } else {
        in(b, at);
      }
    }
    if (b == '\n') {
      line++;
    }
  }

  private void inString(byte b) {
    if (escape) {
      escape = false;
    } else if (b == '\\') {
      escape = true;
    } else {
      string = b != '"';
    }
  }

  private void in(byte b, int at) throws IOException {
    if (!started) {
      started = true;
      begun = line;
      from = at;
    }
    switch (b) {
      case '"' -> string = true;
      case '{', '[' -> depth++;
      case '}', ']' -> depth--;
      default -> {}
    }
    if (depth < 0) {
      throw wrong("a bracket closes nothing");
    }
  }

  private void end(byte b, int at) throws IOException {
    if (started) {
      keep(at);
      taker.take(begun, stripped());
      element.reset();
      started = false;
    } else if (comma || b == ',') {
      throw wrong("an element is missing");
    }
    comma = b == ',';
    closed = b == ']';
  }

  private void keep(int to) {
    DatasetFile.add(element, buffer, from, to);
  }

  private byte[] stripped() {
    byte[] bytes = element.toByteArray();
    int end = bytes.length;
    while (DatasetFile.isBlank(bytes[end - 1])) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }

  private IOException wrong(String what) {
    return new IOException("%s: is no JSON array: line %d: %s".formatted(name, line + 1, what));
  }
}
