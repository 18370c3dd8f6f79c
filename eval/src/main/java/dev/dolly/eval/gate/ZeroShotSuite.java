package dev.dolly.eval.gate;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.harness.Harness;
import dev.dolly.eval.task.TaskData;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The zero-shot tasks of the published table, or some of them. */
final class ZeroShotSuite implements Suite {
  static final String NAME = "zero_shot";

  private final List<TaskData> tasks;

  /**
   * @param tasks in the order in which they are done
   */
  ZeroShotSuite(List<TaskData> tasks) {
    this.tasks = List.copyOf(tasks);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
      throws InterruptedException {
    budget.check();
    try (LanguageModel model =
            LanguageModel.loadBeside(subject.model(), ComputeSettings.defaults());
        Harness harness =
            new Harness(
                model,
                Integer.MAX_VALUE,
                Optional.empty(),
                (data, documents, computed) -> budget.checkWithin())) {
      for (TaskData task : tasks) {
        done.accept(harness.run(task).result());
      }
    }
  }
}
