package dev.dolly.training.recipe.check;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.AllAnswers;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.training.recipe.task.Category;
import dev.dolly.training.recipe.task.Generator;
import dev.dolly.training.recipe.task.Instance;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks a model instances that no training set of a recipe holds: other names, other combinations,
 * other words. Answers are greedy.
 */
public final class RecipeCheck {
  /** More than the longest reference answer has. */
  private static final int LONGEST = 160;

  private final List<Instance> instances = new ArrayList<>();

  /**
   * @param perCategory how many instances of each category
   * @param seed of the instances
   */
  public RecipeCheck(int perCategory, long seed) {
    Generator generator = Generator.load();
    for (Category category : Category.values()) {
      for (int number = 0; number < perCategory; number++) {
        instances.add(generator.unseen(seed, number, category));
      }
    }
  }

  /**
   * Asks all of them.
   *
   * @param model stays the caller's
   * @throws IllegalStateException when the engine fails
   */
  public Report run(LanguageModel model, BatchSettings settings) throws InterruptedException {
    PromptFormat format = model.promptFormat();
    List<Generation> generations =
        AllAnswers.of(
            model,
            settings,
            instances.stream().map(instance -> request(instance, format)).toList(),
            answered -> {});
    List<Report.Answered> answers = new ArrayList<>();
    for (int i = 0; i < instances.size(); i++) {
      answers.add(
          new Report.Answered(instances.get(i), text(generations.get(i).outcome().orElseThrow())));
    }
    return new Report(model.digest(), answers);
  }

  private static GenerationRequest request(Instance instance, PromptFormat format) {
    return GenerationRequest.greedy(
        instance.kind(), format, instance.instruction(), instance.context(), LONGEST);
  }

  /** A request that fails has no answer, which is never right. */
  private static String text(Outcome outcome) {
    return outcome instanceof Outcome.Finished finished ? finished.text() : "";
  }
}
