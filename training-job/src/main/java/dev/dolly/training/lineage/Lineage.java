package dev.dolly.training.lineage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.DatasetRange;
import dev.dolly.schemas.avro.ParentModel;
import dev.dolly.schemas.avro.TrainingRun;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where one checkpoint came from, as its manifest says it under the names of the checkpoint event.
 *
 * @param model name
 * @param architecture as in config.json
 * @param dtype of its weights
 * @param parameters how many
 * @param parent empty: random weights
 * @param identity of the run
 * @param step optimizer steps done
 * @param epoch passes over the data done, with the fraction of the current one
 * @param trainLoss of the last step
 * @param evalLoss of the last evaluation; empty: none so far
 * @param records that are trained on
 */
public record Lineage(
    String model,
    String architecture,
    String dtype,
    long parameters,
    Optional<Parent> parent,
    RunIdentity identity,
    String runId,
    long step,
    double epoch,
    double trainLoss,
    OptionalDouble evalLoss,
    long records) {

  /** {@code <run_id>-<step, six digits>}. */
  public String version() {
    return String.format(Locale.ROOT, "%s-%06d", runId, step);
  }

  /** For the manifest. */
  public ObjectNode toJson() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("model", model).put("version", version());
    root.put("architecture", architecture).put("dtype", dtype).put("parameters", parameters);
    parent.ifPresent(
        p ->
            root.putObject("parent")
                .put("model", p.model())
                .put("version", p.version())
                .put("digest", p.digest()));
    ObjectNode run = root.putObject("run");
    run.put("run_id", runId).put("step", step).put("epoch", epoch).put("train_loss", trainLoss);
    evalLoss.ifPresent(loss -> run.put("eval_loss", loss));
    run.put("base_digest", identity.baseDigest());
    ObjectNode options = run.putObject("options");
    identity.options().forEach(options::put);
    ArrayNode dataset = root.putArray("dataset");
    for (DataRange range : identity.data()) {
      dataset
          .addObject()
          .put("topic", range.source())
          .put("partition", range.partition())
          .put("from_offset", range.from())
          .put("to_offset", range.to());
    }
    return root.put("records", records);
  }

  /** What {@link #toJson} wrote. */
  public static Lineage fromJson(ObjectNode root) {
    JsonNode run = root.path("run");
    JsonNode parent = root.path("parent");
    SortedMap<String, String> options = new TreeMap<>();
    run.path("options")
        .properties()
        .forEach(entry -> options.put(entry.getKey(), entry.getValue().asText()));
    List<DataRange> data = new ArrayList<>();
    for (JsonNode range : root.path("dataset")) {
      data.add(
          new DataRange(
              range.path("topic").asText(),
              range.path("partition").asInt(),
              range.path("from_offset").asLong(),
              range.path("to_offset").asLong()));
    }
    JsonNode eval = run.path("eval_loss");
    return new Lineage(
        root.path("model").asText(),
        root.path("architecture").asText(),
        root.path("dtype").asText(),
        root.path("parameters").asLong(),
        parent.isObject()
            ? Optional.of(
                new Parent(
                    parent.path("model").asText(),
                    parent.path("version").asText(),
                    parent.path("digest").asText()))
            : Optional.empty(),
        new RunIdentity(options, data, run.path("base_digest").asText()),
        run.path("run_id").asText(),
        run.path("step").asLong(),
        run.path("epoch").asDouble(),
        run.path("train_loss").asDouble(),
        eval.isNumber() ? OptionalDouble.of(eval.asDouble()) : OptionalDouble.empty(),
        root.path("records").asLong());
  }

  /**
   * The event that announces the checkpoint.
   *
   * @param now epoch ms
   */
  public CheckpointEvent candidate(SavedCheckpoint saved, long now) {
    return CheckpointEvent.newBuilder()
        .setEventId(new ModelHistory(model).eventId(version(), CheckpointStatus.CANDIDATE))
        .setModel(model)
        .setVersion(version())
        .setStatus(CheckpointStatus.CANDIDATE)
        .setReason("saved at step " + step)
        .setUri(saved.path().toAbsolutePath().normalize().toUri().toString())
        .setManifestDigest(saved.manifest().digest())
        .setArchitecture(architecture)
        .setDtype(dtype)
        .setParameters(parameters)
        .setParent(
            parent.map(p -> new ParentModel(p.model(), p.version(), p.digest())).orElse(null))
        .setRun(
            new TrainingRun(
                runId,
                step,
                epoch,
                trainLoss,
                evalLoss.isPresent() ? evalLoss.getAsDouble() : null,
                identity.options()))
        .setDataset(
            identity.data().stream()
                .map(r -> new DatasetRange(r.source(), r.partition(), r.from(), r.to()))
                .toList())
        .setRecords(records)
        .setCreatedAt(now)
        .build();
  }
}
