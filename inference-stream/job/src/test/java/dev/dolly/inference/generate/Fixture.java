package dev.dolly.inference.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The engine's small GPT-NeoX and what the reference implementation answers with it. */
final class Fixture {
  static final Path MODEL =
      Path.of(
          System.getProperty("dolly.repository"),
          "inference-stream/engine/src/test/resources/fixtures/neox");

  /** Tokens of prompt and answer together. */
  static final int WINDOW = 512;

  private Fixture() {}

  record Golden(
      String instruction, String context, int promptTokens, int generatedTokens, String text) {}

  static List<Golden> goldens() {
    ObjectMapper json = new ObjectMapper();
    try {
      return Files.readAllLines(MODEL.resolve("golden/generate.jsonl")).stream()
          .map(line -> read(json, line))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Golden read(ObjectMapper json, String line) {
    try {
      JsonNode node = json.readTree(line);
      return new Golden(
          node.get("instruction").asText(),
          node.get("context").isNull() ? null : node.get("context").asText(),
          node.get("prompt_ids").size(),
          node.get("generated_ids").size(),
          node.get("text").asText());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
