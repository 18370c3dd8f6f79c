package dev.dolly.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** JSON files and headers of a model directory: whole, UTF-8, an object each, no key twice. */
public final class JsonFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /**
   * Reads a file.
   *
   * @throws ModelFormatException when it is missing, unreadable, or holds no single object
   */
  public static ObjectNode readObject(Path path) {
    try {
      return parseObject(path, Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(path, "is missing from the model directory", e);
    } catch (IOException e) {
      throw ModelFormatException.unreadable(path, e);
    }
  }

  /** An object that stands in {@code bytes}; {@code path} is where they are from. */
  static ObjectNode parseObject(Path path, byte[] bytes) {
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new ModelFormatException(path, "does not hold a JSON object");
    } catch (JsonProcessingException e) {
      throw new ModelFormatException(path, "is not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw ModelFormatException.unreadable(path, e);
    }
  }
}
