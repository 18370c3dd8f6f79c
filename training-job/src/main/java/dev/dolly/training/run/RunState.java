package dev.dolly.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.training.zero.StepFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Where a run stands beside the trainer's own state: {@code trainer-state/run.json}. Its numbers
 * come back as the same bits.
 *
 * @param firstStep optimizer steps that were made before this run began
 * @param epoch pass over the data, from 0
 * @param batch of it that is next, from 0
 * @param skipped batches refused as outliers
 * @param trainLoss of the last step
 * @param evalLoss of the last evaluation
 * @param best the save whose evaluation was best
 * @param guard what the outlier guard knows
 */
record RunState(
    long firstStep,
    int epoch,
    int batch,
    long skipped,
    double trainLoss,
    OptionalDouble evalLoss,
    Best best,
    List<StepFigures> guard) {
  private static final String FILE = "run.json";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * The best save so far.
   *
   * @param step 0: none
   */
  record Best(long step, double evalLoss) {
    static final Best NONE = new Best(0, Double.MAX_VALUE);
  }

  static RunState atBeginning(long firstStep) {
    return new RunState(firstStep, 0, 0, 0, 0, OptionalDouble.empty(), Best.NONE, List.of());
  }

  void write(Path directory) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("first_step", firstStep).put("epoch", epoch).put("batch", batch);
    root.put("skipped", skipped).put("train_loss", trainLoss);
    evalLoss.ifPresent(loss -> root.put("eval_loss", loss));
    root.putObject("best").put("step", best.step()).put("eval_loss", best.evalLoss());
    ArrayNode window = root.putArray("guard");
    guard.forEach(figures -> window.addArray().add(figures.loss()).add(figures.gradNorm()));
    Files.write(directory.resolve(FILE), JSON.writeValueAsBytes(root));
  }

  static RunState read(Path directory) {
    ObjectNode root = JsonFile.readObject(directory.resolve(FILE));
    JsonNode eval = root.path("eval_loss");
    JsonNode best = root.path("best");
    List<StepFigures> guard = new ArrayList<>();
    root.path("guard")
        .forEach(
            pair -> guard.add(new StepFigures(pair.get(0).asDouble(), pair.get(1).asDouble())));
    return new RunState(
        root.path("first_step").asLong(),
        root.path("epoch").asInt(),
        root.path("batch").asInt(),
        root.path("skipped").asLong(),
        root.path("train_loss").asDouble(),
        eval.isNumber() ? OptionalDouble.of(eval.asDouble()) : OptionalDouble.empty(),
        new Best(best.path("step").asLong(), best.path("eval_loss").asDouble()),
        guard);
  }
}
