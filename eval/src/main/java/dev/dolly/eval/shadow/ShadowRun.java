package dev.dolly.eval.shadow;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.AllAnswers;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Has a candidate answer what was answered before. */
public final class ShadowRun {
  private ShadowRun() {}

  /**
   * Answers all of them.
   *
   * @param candidate stays the caller's
   * @param recorded held until all are answered
   * @param answered hears, often, how many are answered; may throw to give up
   */
  public static ShadowReport of(
      LanguageModel candidate,
      BatchSettings settings,
      List<RecordedAnswer> recorded,
      IntConsumer answered)
      throws InterruptedException {
    List<Generation> generations =
        AllAnswers.of(
            candidate, settings, recorded.stream().map(RecordedAnswer::request).toList(), answered);
    List<ShadowAnswer> answers = new ArrayList<>();
    for (int i = 0; i < generations.size(); i++) {
      Generation generation = generations.get(i);
      answers.add(
          ShadowAnswer.of(
              recorded.get(i).answer(),
              generation.outcome().orElseThrow(),
              generation.count(),
              generation.timings().decodeMillis()));
    }
    return new ShadowReport(answers);
  }
}
