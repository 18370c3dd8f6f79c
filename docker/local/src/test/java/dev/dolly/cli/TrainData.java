package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The reference implementation's ten training steps. */
final class TrainData {
  static final int STEPS = 10;
  static final int RECORDS = 80;

  private TrainData() {}

  static JsonNode steps(String model) throws IOException {
    return Json.parse(
        Files.readString(Fixtures.model(model).resolve("golden").resolve("training.json")));
  }

  /** Its records in the order of its batches, a JSON object a line. */
  static Path write(String model, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonNode step : steps(model)) {
      step.path("records").forEach(record -> lines.add(Json.line(record)));
    }
    return Files.write(file, lines);
  }

  /** The command that repeats the steps, but for where its data is. */
  static List<String> command(String model, Path out) {
    return List.of(
        "train",
        "--input-model",
        Fixtures.model(model).toString(),
        "--local-output-dir",
        out.toString(),
        "--test-size",
        "0",
        "--epochs",
        "1",
        "--lr",
        "1e-3",
        "--warmup-steps",
        "2",
        "--dtype",
        "float32",
        "--logging-steps",
        "1",
        "--threads",
        "1");
  }
}
