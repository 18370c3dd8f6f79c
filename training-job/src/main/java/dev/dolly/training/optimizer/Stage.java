package dev.dolly.training.optimizer;

/**
 * Some steps of a run: up in a straight line from 0 to the learning rate, then down in one.
 *
 * @param steps how many
 * @param learningRate at the end of the warm-up
 * @param finalFraction of it that is reached after the last step
 * @param warmupSteps of the steps; with any the first one's rate is 0, as Hugging Face has it
 */
public record Stage(long steps, double learningRate, double finalFraction, long warmupSteps) {
  public Stage {
    if (steps < 1 || warmupSteps < 0) {
      throw new IllegalArgumentException(
          "a stage of %d steps, %d of them warm-up: at least 1 and 0"
              .formatted(steps, warmupSteps));
    }
    if (!(learningRate >= 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException("a learning rate is 0 or more: " + learningRate);
    }
    if (!(finalFraction >= 0 && finalFraction <= 1)) {
      throw new IllegalArgumentException("the final fraction is from 0 to 1: " + finalFraction);
    }
  }

  /** The rate of its step, from 0. */
  double rate(long step) {
    if (step < warmupSteps) {
      return learningRate * step / warmupSteps;
    }
    double left = Math.max(0, (double) (steps - step) / Math.max(1, steps - warmupSteps));
    return learningRate * (finalFraction + (1 - finalFraction) * left);
  }
}
