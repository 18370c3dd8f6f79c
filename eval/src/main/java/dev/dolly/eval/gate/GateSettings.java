package dev.dolly.eval.gate;

import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import java.util.ArrayList;
import java.util.List;

/**
 * Which candidates a gate decides on, and where it hears of them.
 *
 * @param bootstrapServers of the Kafka cluster
 * @param registryUrl of the schema registry
 * @param model the name of the model whose candidates count; the gates of one model replace each
 *     other, the newest stays
 * @param checkpointPrefixes directories under which checkpoints are opened; those of other machines
 *     hold nothing
 */
public record GateSettings(
    String bootstrapServers,
    String registryUrl,
    String model,
    CheckpointPrefixes checkpointPrefixes) {
  public GateSettings {
    List<String> problems = new ArrayList<>();
    if (bootstrapServers.isBlank()) {
      problems.add("bootstrap servers are empty");
    }
    if (registryUrl.isBlank()) {
      problems.add("the registry's URL is empty");
    }
    if (model.isBlank()) {
      problems.add("the model's name is empty");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("gate: " + String.join("; ", problems));
    }
  }

  /** Consumer group, whose offset says what is decided, and transactional id. */
  public String group() {
    return "dolly-gate-" + model;
  }
}
