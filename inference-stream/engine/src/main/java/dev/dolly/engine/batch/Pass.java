package dev.dolly.engine.batch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.sampling.Draws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One pass over the weights: the next tokens of some sequences, and the choice of the next id for
 * those whose known tokens it ends. Engine thread only.
 */
final class Pass {
  private final LanguageModel model;
  private final KvCache cache;
  private final RaggedBatch batch = new RaggedBatch();
  private final List<Sequence> choosing = new ArrayList<>();
  private final long[] rows;
  private final Draws draws;
  private final Logprobs logprobs;

  /**
   * @param maxRows sequences that may choose at once
   */
  Pass(LanguageModel model, KvCache cache, int maxRows) {
    this.model = model;
    this.cache = cache;
    this.rows = new long[maxRows];
    this.draws = new Draws(maxRows);
    this.logprobs = new Logprobs(maxRows, model.config().vocabSize());
  }

  void clear() {
    batch.clear();
    choosing.clear();
    draws.clear();
    logprobs.clear();
  }

  /** Adds the next tokens of a sequence that is not in it yet. */
  void add(Sequence sequence, int count) {
    if (sequence.step(batch, count)) {
      rows[choosing.size()] = batch.tokens() - 1;
      choosing.add(sequence);
      Generation generation = sequence.generation;
      draws.add(generation.request().sampling(), generation.request().seed(), generation.count());
    }
  }

  /** Computes what was added and frees all memory that takes. */
  List<Choice> compute() {
    try (PtNDManager scope = model.newScope()) {
      PtNDArray hidden = model.hidden(scope, batch, cache);
      if (choosing.isEmpty()) {
        return List.of();
      }
      PtNDArray logits = model.logits(scope, hidden, Arrays.copyOf(rows, choosing.size()));
      Draws.Chosen chosen = draws.choose(model.script(), scope, logits);
      return choices(chosen, wanted(chosen, scope, logits));
    }
  }

  private TokenLogprob[] wanted(Draws.Chosen chosen, PtNDManager scope, PtNDArray logits) {
    for (int i = 0; i < choosing.size(); i++) {
      int top = choosing.get(i).generation.request().logprobs();
      if (top > 0 && chosen.finite()[i]) {
        logprobs.add(i, chosen.ids()[i], top);
      }
    }
    return logprobs.compute(model.script(), scope, logits);
  }

  private List<Choice> choices(Draws.Chosen chosen, TokenLogprob[] found) {
    List<Choice> choices = new ArrayList<>(choosing.size());
    int next = 0;
    for (int i = 0; i < choosing.size(); i++) {
      Sequence sequence = choosing.get(i);
      boolean finite = chosen.finite()[i];
      Optional<TokenLogprob> logprob = Optional.empty();
      if (finite && sequence.generation.request().logprobs() > 0) {
        logprob = Optional.of(found[next++]);
      }
      choices.add(new Choice(sequence, (int) chosen.ids()[i], finite, logprob));
    }
    return choices;
  }
}
