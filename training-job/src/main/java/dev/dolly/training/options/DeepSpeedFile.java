package dev.dolly.training.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.engine.model.ModelFormatException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A DeepSpeed configuration, as far as it says something about this trainer: the stage of ZeRO, the
 * precision, clipping, accumulation and batch sizes. {@code "auto"} leaves a value to the options.
 */
final class DeepSpeedFile {
  private static final String AUTO = "auto";
  private static final int STAGE = 3;

  private final Path path;
  private final GivenOptions options;

  private DeepSpeedFile(Path path, GivenOptions options) {
    this.path = path;
    this.options = options;
  }

  /** Adds what the file says to the options, and what is wrong with it to their problems. */
  static void apply(Path path, GivenOptions options) {
    ObjectNode root;
    try {
      root = JsonFile.readObject(path);
    } catch (ModelFormatException e) {
      options.problem("deepspeed: " + e.getMessage());
      return;
    }
    Map<String, JsonNode> leaves = new TreeMap<>();
    flatten("", root, leaves);
    DeepSpeedFile file = new DeepSpeedFile(path, options);
    leaves.forEach(file::apply);
  }

  private static void flatten(String prefix, ObjectNode node, Map<String, JsonNode> leaves) {
    node.properties()
        .forEach(
            entry -> {
              String key = prefix + entry.getKey();
              if (entry.getValue() instanceof ObjectNode inner) {
                flatten(key + ".", inner, leaves);
              } else {
                leaves.put(key, entry.getValue());
              }
            });
  }

  private void apply(String key, JsonNode value) {
    switch (key) {
      case "zero_optimization.stage" -> {
        if (!value.isIntegralNumber() || value.intValue() != STAGE) {
          options.problem(
              path + ": " + key + " is " + value + "; this trainer shards by stage 3 and no other");
        }
      }
      case "bf16.enabled" -> supply(key, TrainingOption.DTYPE, precision(value));
      case "fp16.enabled" -> {
        if (!value.isBoolean() || value.booleanValue()) {
          options.problem(
              path + ": " + key + " is " + value + "; this trainer computes in bf16 or fp32");
        }
      }
      case "gradient_clipping" -> supply(key, TrainingOption.MAX_GRAD_NORM, value);
      case "gradient_accumulation_steps" ->
          supply(key, TrainingOption.GRADIENT_ACCUMULATION_STEPS, value);
      case "train_micro_batch_size_per_gpu" ->
          supply(key, TrainingOption.PER_DEVICE_TRAIN_BATCH_SIZE, value);
      default ->
          options.problem(
              path
                  + ": "
                  + key
                  + " is not read; take it out (bf16.enabled, fp16.enabled,"
                  + " zero_optimization.stage, gradient_clipping, gradient_accumulation_steps and"
                  + " train_micro_batch_size_per_gpu are)");
    }
  }

  private static JsonNode precision(JsonNode value) {
    return value.isBoolean()
        ? TextNode.valueOf(value.booleanValue() ? "bfloat16" : "float32")
        : value;
  }

  private void supply(String key, TrainingOption option, JsonNode value) {
    if (!value.isTextual() || !value.textValue().equals(AUTO)) {
      options.supply(option, value.asText(), path + ": " + key);
    }
  }
}
