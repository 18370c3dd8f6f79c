package dev.dolly.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolly.training.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ten steps of the reference implementation: 8 records each, lr 1e-3, 2 steps of warm-up. */
final class Golden {
  static final int STEPS = 10;

  private Golden() {}

  static JsonNode steps(String model) throws IOException {
    return new ObjectMapper()
        .readTree(Fixtures.model(model).resolve("golden/training.json").toFile());
  }

  /** Its records, in the order of its batches. */
  static Path data(String model, Path directory) throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonNode step : steps(model)) {
      step.path("records").forEach(record -> lines.add(record.toString()));
    }
    return Files.write(directory.resolve("golden.jsonl"), lines);
  }

  /** Options under which a run repeats it. */
  static Map<String, String> options(String model, Path directory) throws IOException {
    Map<String, String> options = new HashMap<>();
    options.put("input-model", Fixtures.model(model).toString());
    options.put("data", data(model, directory).toString());
    options.put("local-output-dir", directory.resolve("out").toString());
    options.put("no-shuffle", "true");
    options.put("test-size", "0");
    options.put("epochs", "1");
    options.put("per-device-train-batch-size", "8");
    options.put("lr", "1e-3");
    options.put("warmup-steps", "2");
    options.put("dtype", "float32");
    options.put("logging-steps", "1");
    return options;
  }
}
