package dev.dolly.schemas.dataset;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.schemas.prompt.RejectedException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Reads a dataset file from its beginning to its end: JSON lines, or one JSON array of objects (a
 * file whose first character is {@code [}). Memory is one record. Blank lines are passed over.
 */
public final class DatasetFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

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
    MessageDigest digest = sha256();
    try (InputStream in =
        new BufferedInputStream(new DigestInputStream(Files.newInputStream(file), digest))) {
      new DatasetFile(consumer).read(file, in);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void read(Path file, InputStream in) throws IOException {
    in.mark(1);
    int first = in.read();
    in.reset();
    if (first == '[') {
      array(file, in);
    } else {
      lines(in);
    }
  }

  private void lines(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long number = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        entry(number++, line.toByteArray());
        line.reset();
      } else {
        line.write(b);
      }
    }
    entry(number, line.toByteArray());
  }

  private void array(Path file, InputStream in) throws IOException {
    try (JsonParser elements = MAPPER.createParser(in)) {
      elements.nextToken();
      long number = 0;
      while (elements.nextToken() != JsonToken.END_ARRAY) {
        JsonNode element = MAPPER.readTree(elements);
        entry(number++, MAPPER.writeValueAsBytes(element));
      }
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": is no JSON array: " + e.getOriginalMessage(), e);
    }
  }

  private void entry(long line, byte[] bytes) throws IOException {
    if (isBlank(bytes)) {
      return;
    }
    DatasetEntry entry;
    try {
      InstructionText text = parser.parse(bytes);
      entry = new DatasetEntry.Found(line, bytes, ids.next(text), text);
    } catch (RejectedException e) {
      entry = new DatasetEntry.Broken(line, bytes, e.rejection());
    }
    consumer.accept(entry);
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
