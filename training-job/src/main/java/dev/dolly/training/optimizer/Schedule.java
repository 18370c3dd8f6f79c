package dev.dolly.training.optimizer;

import java.util.List;

/** The learning rate of each step of a run: one stage after the other. */
public record Schedule(List<Stage> stages) {
  public Schedule {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("a schedule has at least one stage");
    }
  }

  /** One stage: Hugging Face's linear schedule with warm-up where the final fraction is 0. */
  public static Schedule linear(
      double learningRate, double finalFraction, long warmupSteps, long totalSteps) {
    return new Schedule(List.of(new Stage(totalSteps, learningRate, finalFraction, warmupSteps)));
  }

  public long totalSteps() {
    return stages.stream().mapToLong(Stage::steps).sum();
  }

  /**
   * The rate of a step.
   *
   * @param step from 0; beyond the last one the rate stays where the last stage ends
   */
  public double rate(long step) {
    long within = step;
    for (Stage stage : stages.subList(0, stages.size() - 1)) {
      if (within < stage.steps()) {
        return stage.rate(within);
      }
      within -= stage.steps();
    }
    return stages.get(stages.size() - 1).rate(within);
  }
}
