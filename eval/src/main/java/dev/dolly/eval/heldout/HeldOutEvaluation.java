package dev.dolly.eval.heldout;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.AllAnswers;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.example.Built;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.scoring.Score;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.engine.scoring.TokenSequence;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.eval.EvaluationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Scores a model on records that were held out: each record's loss as training's own evaluation has
 * it, prompt and response laid end to end without padding, and the model's greedy answers.
 *
 * @param model with control tokens; stays the caller's, who computes nothing else with it meanwhile
 * @param batch of the answers
 * @param maxNewTokens of an answer; empty: none are generated
 */
public record HeldOutEvaluation(
    LanguageModel model, BatchSettings batch, OptionalInt maxNewTokens, HeldOutListener listener) {
  /** Tokens of an answer where nothing else is said. */
  public static final int MAX_NEW_TOKENS = 256;

  /** A record that the model has room for. */
  private record Usable(HeldOutRecord record, Example example) {}

  /**
   * Scores them on the calling thread.
   *
   * @throws ModelFormatException when the model cannot be scored on any of them
   * @throws EvaluationException when the engine fails
   */
  public HeldOutScores of(List<HeldOutRecord> records) throws InterruptedException {
    List<Usable> usable = usable(records);
    if (usable.isEmpty()) {
      throw new ModelFormatException(
          model.directory(),
          "none of the %d held-out records can be scored: they lack a response or fill the model's window of %d tokens"
              .formatted(records.size(), model.window()));
    }
    List<Double> losses = losses(usable);
    List<Optional<String>> answers =
        maxNewTokens.isPresent()
            ? answers(usable, maxNewTokens.getAsInt())
            : usable.stream().map(each -> Optional.<String>empty()).toList();
    List<ScoredRecord> scored = new ArrayList<>();
    for (int i = 0; i < usable.size(); i++) {
      Usable each = usable.get(i);
      scored.add(
          new ScoredRecord(each.record(), losses.get(i), each.example().labels(), answers.get(i)));
    }
    return new HeldOutScores(scored, records.size() - usable.size());
  }

  private List<Usable> usable(List<HeldOutRecord> records) {
    if (!model.promptFormat().hasControlTokens()) {
      throw new ModelFormatException(
          model.directory(),
          "the model's tokenizer lacks "
              + PromptFormat.END_TOKEN
              + ": a response has no end to be scored; evaluate a model that was trained with it");
    }
    ExampleBuilder builder = new ExampleBuilder(model.tokenizer(), model.window());
    List<Usable> usable = new ArrayList<>();
    for (HeldOutRecord record : records) {
      if (record.build(builder) instanceof Built.Ready ready) {
        usable.add(new Usable(record, ready.example()));
      }
    }
    return usable;
  }

  private List<Double> losses(List<Usable> usable) {
    List<List<TokenSequence>> sequences =
        usable.stream()
            .map(Usable::example)
            .map(example -> List.of(new TokenSequence(example.ids(), example.firstLabel())))
            .toList();
    model.prepareThread();
    try (Scorer scorer = new Scorer(model)) {
      return scorer.score(sequences, done -> listener.scored(done, usable.size())).stream()
          .map(scores -> scores.get(0))
          .map(Score::logLikelihood)
          .map(logLikelihood -> -logLikelihood)
          .toList();
    }
  }

  private List<Optional<String>> answers(List<Usable> usable, int tokens)
      throws InterruptedException {
    PromptFormat format = model.promptFormat();
    List<GenerationRequest> requests =
        usable.stream()
            .map(Usable::record)
            .map(
                record ->
                    GenerationRequest.greedy(
                        record.id(),
                        format,
                        record.text().instruction(),
                        record.text().context(),
                        tokens))
            .toList();
    return AllAnswers.of(model, batch, requests, done -> listener.answered(done, usable.size()))
        .stream()
        .map(HeldOutEvaluation::text)
        .map(Optional::of)
        .toList();
  }

  /**
   * A model that computes no numbers has no answer, which is never right; other faults are ours.
   */
  private static String text(Generation generation) {
    Outcome outcome = generation.outcome().orElseThrow();
    if (outcome instanceof Outcome.Failed failed) {
      if (failed.fault() == Fault.NUMERIC_FAULT) {
        return "";
      }
      throw new EvaluationException(
          "record %s: %s: %s"
              .formatted(generation.request().id(), failed.fault(), failed.message()));
    }
    return ((Outcome.Finished) outcome).text();
  }
}
