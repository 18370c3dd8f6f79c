package dev.dolly.training.options;

import dev.dolly.engine.model.DType;
import dev.dolly.training.optimizer.OptimizerSettings;
import dev.dolly.training.order.OrderSettings;
import dev.dolly.training.zero.StartValues;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * Everything that can be set about a training run; the meaning of each is {@link TrainingOption}'s.
 * {@link #of} reads them and reports every problem at once.
 *
 * @param start random weights; empty: the input model's
 * @param keepOptimizer whether the input model's moments and step count are gone on with
 * @param maxSteps empty: as many as the epochs take
 * @param dtype to compute in
 * @param threads of all devices together; 0: one a core
 * @param accumulation batches of a device whose gradients add up to one step
 * @param order what is trained on when; its batch is the global one
 * @param resolved each option that has a value, by its name: what events tell about the run
 */
public record TrainingOptions(
    Path inputModel,
    String modelName,
    DataSelection data,
    OutputOptions output,
    Optional<StartValues> start,
    boolean keepOptimizer,
    int epochs,
    OptionalLong maxSteps,
    RateOptions rate,
    OptimizerSettings optimizer,
    DType dtype,
    Devices devices,
    int threads,
    int perDeviceBatch,
    int perDeviceEvalBatch,
    int accumulation,
    OrderSettings order,
    GuardOptions guard,
    boolean strict,
    boolean promote,
    int loggingSteps,
    int evalSteps,
    SortedMap<String, String> resolved) {

  /**
   * Reads options.
   *
   * @param texts by name, without dashes before it; a flag is {@code true}
   * @throws InvalidOptionsException with every problem: unknown, unreadable, contradictory
   */
  public static TrainingOptions of(Map<String, String> texts) {
    return new OptionsReader(texts).read();
  }
}
