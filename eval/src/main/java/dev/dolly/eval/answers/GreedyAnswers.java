package dev.dolly.eval.answers;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.AllAnswers;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.text.PromptFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Asks a model questions; of several answers it gives the likeliest tokens.
 *
 * @param maxNewTokens of an answer
 */
public record GreedyAnswers(BatchSettings settings, int maxNewTokens) {

  /**
   * Asks all of them.
   *
   * @param model stays the caller's
   * @param answered hears, often, how many are answered; may throw to give up
   * @return an answer a question, in their order; "" for one that cannot be asked
   * @throws IllegalStateException when the engine fails
   */
  public List<String> of(LanguageModel model, List<Question> questions, IntConsumer answered)
      throws InterruptedException {
    PromptFormat format = model.promptFormat();
    List<GenerationRequest> requests = new ArrayList<>();
    for (Question question : questions) {
      requests.add(
          new GenerationRequest(
              Integer.toString(requests.size()),
              format.encode(question.instruction(), question.context()),
              Generated.NONE,
              maxNewTokens,
              Sampling.GREEDY,
              0,
              format.newAnswer()));
    }
    return AllAnswers.of(model, settings, requests, answered).stream()
        .map(generation -> generation.outcome().orElseThrow())
        .map(outcome -> outcome instanceof Outcome.Finished finished ? finished.text() : "")
        .toList();
  }
}
