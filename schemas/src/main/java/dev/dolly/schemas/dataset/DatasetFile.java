package dev.dolly.schemas.dataset;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.digest.Sha256;
import dev.dolly.schemas.prompt.RejectedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads a dataset file from its beginning to its end: JSON lines, or one JSON array of objects (a
 * file whose first character is {@code [}, but for white space and a byte order mark), as it is or
 * compressed by gzip. Memory is one record and what {@link RecordIds} needs. Blank lines are passed
 * over.
 */
public final class DatasetFile {
  /** Of a record's JSON; a larger one would not go through a broker with its default settings. */
  public static final int RECORD_BYTES = 1_000_000;

  private static final int BUFFER_BYTES = 1 << 16;

  /** A byte order mark in UTF-8, which some editors put first. */
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InstructionParser parser = new InstructionParser();
  private final RecordIds ids = new RecordIds();
  private final Consumer consumer;

  /** Takes the entries in the order of the file. */
  @FunctionalInterface
  public interface Consumer {
    void accept(DatasetEntry entry) throws IOException;
  }

  private DatasetFile(Consumer consumer) {
    this.consumer = consumer;
  }

  /**
   * Reads the whole file.
   *
   * @return the file's SHA-256, hex
   * @throws IOException when it cannot be read, or is an array that is torn or no JSON
   */
  public static String read(Path file, Consumer consumer) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in, consumer);
    }
  }

  /**
   * Reads a file to its end.
   *
   * @param name of the file, for messages
   * @param file stays the caller's
   * @return the SHA-256 of its bytes as they came, hex
   * @throws IOException when it cannot be read, or is an array that is torn or no JSON
   */
  public static String read(String name, InputStream file, Consumer consumer) throws IOException {
    MessageDigest digest = Sha256.start();
    InputStream in = new DigestInputStream(file, digest);
    new DatasetFile(consumer).content(name, Gzip.content(in));
    in.transferTo(OutputStream.nullOutputStream()); // what a reader left is the file's all the same
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Reads a file to its end and nothing in it.
   *
   * @return the SHA-256 of its bytes, hex
   */
  public static String digest(InputStream file) throws IOException {
    MessageDigest digest = Sha256.start();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = file.read(buffer); read >= 0; read = file.read(buffer)) {
      digest.update(buffer, 0, read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void content(String name, InputStream in) throws IOException {
    in.mark(MARK.length);
    if (!Arrays.equals(in.readNBytes(MARK.length), MARK)) {
      in.reset();
    }
    long line = 0;
    in.mark(1);
    for (int first = in.read(); first >= 0; first = in.read()) {
      if (first == '[') {
        new ArrayElements(name, line, this::entry).read(in);
        return;
      }
      if (!isBlank((byte) first)) {
        in.reset();
        break;
      }
      if (first == '\n') {
        line++;
      }
      in.mark(1);
    }
    lines(in, line);
  }

  private void lines(InputStream in, long first) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    long number = first;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      int from = 0;
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n') {
          add(line, buffer, from, i);
          entry(number++, line.toByteArray());
          line.reset();
          from = i + 1;
        }
      }
      add(line, buffer, from, read);
    }
    entry(number, line.toByteArray());
  }

  /** Keeps of a line what shows that it is too long, and no more. */
  static void add(ByteArrayOutputStream line, byte[] buffer, int from, int to) {
    line.write(buffer, from, Math.min(to - from, RECORD_BYTES + 1 - line.size()));
  }

  private void entry(long line, byte[] bytes) throws IOException {
    if (isBlank(bytes)) {
      return;
    }
    List<InstructionText> texts;
    try {
      if (bytes.length > RECORD_BYTES) {
        throw new RejectedException(
            ErrorCode.TOO_LARGE, "a record has at most " + RECORD_BYTES + " bytes");
      }
      texts = parser.parse(bytes);
    } catch (RejectedException e) {
      consumer.accept(new DatasetEntry.Broken(line, bytes, e.rejection()));
      return;
    }
    for (InstructionText text : texts) {
      consumer.accept(new DatasetEntry.Found(line, bytes, ids.next(text), text));
    }
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (!isBlank(b)) {
        return false;
      }
    }
    return true;
  }

  /** JSON's white space. */
  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }
}
