package dev.dolly.eval.gate;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.heldout.HeldOutEvaluation;
import dev.dolly.eval.heldout.HeldOutListener;
import dev.dolly.eval.heldout.HeldOutRecord;
import dev.dolly.eval.heldout.HeldOutScores;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Questions whose answers are known: is the response likely, and is it what the model says? */
final class AnswersSuite implements Suite {
  static final String NAME = "answers";

  private final String name;
  private final List<HeldOutRecord> questions;
  private final OptionalInt maxNewTokens;

  /**
   * @param name of the suite and of its task
   * @param maxNewTokens of an answer; empty: none are generated
   */
  AnswersSuite(String name, List<HeldOutRecord> questions, OptionalInt maxNewTokens) {
    this.name = name;
    this.questions = List.copyOf(questions);
    this.maxNewTokens = maxNewTokens;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
      throws InterruptedException {
    budget.check();
    try (LanguageModel model =
        LanguageModel.loadBeside(subject.model(), ComputeSettings.defaults())) {
      HeldOutScores scores =
          new HeldOutEvaluation(model, BatchSettings.defaults(), maxNewTokens, new Within(budget))
              .of(questions);
      if (scores.leftOut() > 0) { // easier to answer than all of them
        throw new ModelFormatException(
            model.directory(),
            "%d of %d questions do not fit the model's window of %d tokens"
                .formatted(scores.leftOut(), questions.size(), model.window()));
      }
      scores.results(name).forEach(done);
    }
  }

  private record Within(Budget budget) implements HeldOutListener {
    @Override
    public void scored(int records, int all) {
      budget.checkWithin();
    }

    @Override
    public void answered(int records, int all) {
      budget.checkWithin();
    }
  }
}
