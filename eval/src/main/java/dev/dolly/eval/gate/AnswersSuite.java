package dev.dolly.eval.gate;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.answers.AnswerScores;
import java.util.function.Consumer;

/** Questions whose answers are known: is the reference likely, and is it what the model says? */
final class AnswersSuite implements Suite {
  static final String NAME = "answers";

  private final AnswerScores scores;

  AnswersSuite(AnswerScores scores) {
    this.scores = scores;
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
        LanguageModel.loadBeside(subject.model(), ComputeSettings.defaults())) {
      scores.of(model, answered -> budget.checkWithin()).forEach(done);
    }
  }
}
