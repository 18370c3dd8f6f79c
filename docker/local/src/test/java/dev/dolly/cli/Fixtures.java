package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The small models of the engine's tests, and what the reference implementation makes of them. */
final class Fixtures {
  private Fixtures() {}

  static Path model(String name) {
    return Path.of(
        System.getProperty("dolly.repository"),
        "inference-stream/engine/src/test/resources/fixtures",
        name);
  }

  static List<JsonNode> golden(String model, String file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(model(model).resolve("golden").resolve(file))) {
      rows.add(Json.parse(line));
    }
    return rows;
  }

  /** The prompt of a golden answer: greedy, as long as the golden is. */
  static ObjectNode prompt(JsonNode golden) {
    ObjectNode prompt = Json.object();
    prompt.set("instruction", golden.get("instruction"));
    prompt.set("context", golden.get("context"));
    ObjectNode params = Json.object().put("do_sample", false);
    params.set("max_new_tokens", golden.get("max_new_tokens"));
    prompt.set("params", params);
    return prompt;
  }
}
