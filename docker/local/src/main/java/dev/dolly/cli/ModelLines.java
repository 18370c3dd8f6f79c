package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.LastAnswers;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.TrainingRun;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.ModelVersion;

/** A version of a model as JSON. */
final class ModelLines {
  private ModelLines() {}

  static ObjectNode of(ModelHistory history, ModelVersion version, LastAnswers answers) {
    CheckpointEvent event = version.latest().event();
    TrainingRun run = event.getRun();
    ObjectNode line =
        Json.object()
            .put("model", history.model())
            .put("version", version.version())
            .put("status", version.status().name())
            .put(
                "current",
                history.current().filter(c -> c.version().equals(version.version())).isPresent())
            .put("run", run.getRunId())
            .put("step", run.getStep())
            .put("train_loss", run.getTrainLoss())
            .put("eval_loss", run.getEvalLoss())
            .put("uri", event.getUri())
            .put("digest", event.getManifestDigest())
            .put("reason", event.getReason())
            .put("created_at", event.getCreatedAt());
    answers
        .of(history.model(), version.version())
        .ifPresent(time -> line.put("last_answer_at", time));
    return line;
  }
}
