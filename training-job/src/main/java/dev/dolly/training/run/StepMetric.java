package dev.dolly.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.schemas.avro.TrainingMetric;
import java.util.OptionalDouble;

/**
 * What one step measured.
 *
 * @param step optimizer steps made, this one included
 * @param epoch passes over the data done, with the fraction of the current one
 * @param loss mean over the completion tokens of the step's batch
 * @param evalLoss after the step; empty: not evaluated
 * @param gradNorm before clipping
 * @param learningRate of the step
 * @param tokens of the batch
 * @param tokensPerSecond over all devices
 * @param flopsPerSecond over all devices
 * @param bytesPerDevice that parameters, gradients and optimizer take for as long as the run lasts
 * @param trafficBytes that one device received in this step
 * @param createdAt epoch ms at its end
 */
public record StepMetric(
    long step,
    double epoch,
    double loss,
    OptionalDouble evalLoss,
    double gradNorm,
    double learningRate,
    long tokens,
    double tokensPerSecond,
    double flopsPerSecond,
    long bytesPerDevice,
    long trafficBytes,
    long createdAt) {

  /** The same step, evaluated. */
  StepMetric withEvalLoss(OptionalDouble loss) {
    return new StepMetric(
        step,
        epoch,
        this.loss,
        loss,
        gradNorm,
        learningRate,
        tokens,
        tokensPerSecond,
        flopsPerSecond,
        bytesPerDevice,
        trafficBytes,
        createdAt);
  }

  /** The record for the metrics topic. */
  public TrainingMetric toRecord(String runId) {
    return TrainingMetric.newBuilder()
        .setRunId(runId)
        .setStep(step)
        .setEpoch(epoch)
        .setLoss(loss)
        .setEvalLoss(evalLoss.isPresent() ? evalLoss.getAsDouble() : null)
        .setGradNorm(gradNorm)
        .setLearningRate(learningRate)
        .setTokens(tokens)
        .setTokensPerSecond(tokensPerSecond)
        .setFlopsPerSecond(flopsPerSecond)
        .setBytesPerDevice(bytesPerDevice)
        .setTrafficBytes(trafficBytes)
        .setCreatedAt(createdAt)
        .build();
  }

  /** The line for {@code --metrics}. */
  ObjectNode toLine() {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("step", step).put("loss", loss).put("grad_norm", gradNorm).put("lr", learningRate);
    evalLoss.ifPresent(value -> line.put("eval_loss", value));
    return line.put("tokens_per_second", tokensPerSecond);
  }

  /** All of it, for the run's own log. */
  ObjectNode toJson() {
    ObjectNode line = toLine();
    return line.put("epoch", epoch)
        .put("tokens", tokens)
        .put("flops_per_second", flopsPerSecond)
        .put("bytes_per_device", bytesPerDevice)
        .put("traffic_bytes", trafficBytes)
        .put("created_at", createdAt);
  }

  static StepMetric fromJson(JsonNode line) {
    JsonNode eval = line.path("eval_loss");
    return new StepMetric(
        line.path("step").asLong(),
        line.path("epoch").asDouble(),
        line.path("loss").asDouble(),
        eval.isNumber() ? OptionalDouble.of(eval.asDouble()) : OptionalDouble.empty(),
        line.path("grad_norm").asDouble(),
        line.path("lr").asDouble(),
        line.path("tokens").asLong(),
        line.path("tokens_per_second").asDouble(),
        line.path("flops_per_second").asDouble(),
        line.path("bytes_per_device").asLong(),
        line.path("traffic_bytes").asLong(),
        line.path("created_at").asLong());
  }
}
