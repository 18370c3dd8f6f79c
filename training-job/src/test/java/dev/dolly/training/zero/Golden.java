package dev.dolly.training.zero;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolly.engine.example.Built;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.training.Fixtures;
import dev.dolly.training.optimizer.OptimizerSettings;
import dev.dolly.training.optimizer.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ten steps on real records, as the reference implementation made them in fp32. */
record Golden(String model, List<Step> steps) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One step: its batch and what it gave. */
  record Step(List<Example> batch, double loss, double gradNorm, double rate, int labels) {}

  static Golden of(String model) {
    ModelDirectory directory = ModelDirectory.open(Fixtures.model(model));
    List<Step> steps = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      ExampleBuilder builder = new ExampleBuilder(tokenizer, directory.config().window());
      for (JsonNode step : JSON.readTree(golden(model, "training.json").toFile())) {
        List<Example> batch = new ArrayList<>();
        for (JsonNode r : step.path("records")) {
          Built built =
              builder.build(
                  "record",
                  r.path("instruction").asText(),
                  r.path("context").asText(),
                  r.path("response").asText());
          batch.add(((Built.Ready) built).example());
        }
        steps.add(
            new Step(
                batch,
                step.path("loss").asDouble(),
                step.path("grad_norm").asDouble(),
                step.path("lr").asDouble(),
                step.path("tokens").asInt()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Golden(model, steps);
  }

  ModelDirectory directory() {
    return ModelDirectory.open(Fixtures.model(model));
  }

  Trainer trainer(DType compute, int devices, int accumulation) {
    ModelDirectory base = directory();
    return Trainer.load(base, base.config().vocabSize(), settings(compute, devices, accumulation));
  }

  /** The reference's: learning rate 1e-3, 2 warm-up steps of 10. */
  static TrainerSettings settings(DType compute, int devices, int accumulation) {
    return new TrainerSettings(
        compute,
        devices,
        false,
        0,
        accumulation,
        OptimizerSettings.defaults(),
        Schedule.linear(1e-3, 0, 2, 10),
        1);
  }

  /** Every tensor of a golden file. */
  Map<String, float[]> tensors(String file) {
    return floats(golden(model, file));
  }

  /** All fp32 tensors of a safetensors file, read without our own reader. */
  static Map<String, float[]> floats(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      int header = 8 + (int) bytes.getLong(0);
      Map<String, float[]> tensors = new HashMap<>();
      for (Map.Entry<String, JsonNode> field :
          JSON.readTree(bytes.array(), 8, header - 8).properties()) {
        JsonNode offsets = field.getValue().path("data_offsets");
        if (offsets.isArray()) {
          int from = offsets.get(0).asInt();
          float[] values = new float[(offsets.get(1).asInt() - from) / Float.BYTES];
          bytes
              .slice(header + from, values.length * Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer()
              .get(values);
          tensors.put(field.getKey(), values);
        }
      }
      return tensors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path golden(String model, String file) {
    return Fixtures.model(model).resolve("golden").resolve(file);
  }
}
