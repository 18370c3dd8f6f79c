package dev.dolly.engine.batch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import dev.dolly.engine.sampling.Draws;
import dev.dolly.engine.sampling.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One pass over the weights: the next tokens of some sequences, and the choice of the next id for
 * those whose known tokens it ends. Filled, computed, and begun again. Engine thread only.
 */
final class Pass {
  private static final int[] ANY_TOKEN = {0};

  private final LanguageModel model;
  private final KvCache cache;
  private final boolean fixedShape;
  private final Draws draws;
  private final Logprobs logprobs;
  private final RaggedBatch batch = new RaggedBatch();
  private final List<Choosing> choosing = new ArrayList<>();
  private final long[] rows; // the tokens that go through the head
  private int rowCount;

  /** A sequence that gets its next id, and its row of the logits. */
  private record Choosing(Sequence sequence, int row) {
    GenerationRequest request() {
      return sequence.generation.request();
    }
  }

  private Pass(LanguageModel model, KvCache cache, Draws draws, int maxRows, boolean fixedShape) {
    this.model = model;
    this.cache = cache;
    this.fixedShape = fixedShape;
    this.draws = draws;
    this.logprobs = new Logprobs(maxRows, model.config().vocabSize());
    this.rows = new long[maxRows];
  }

  /** Computes no more than is needed: the head for those who choose, draws for those who draw. */
  static Pass ofAnyShape(LanguageModel model, KvCache cache, int maxRows) {
    return new Pass(model, cache, Draws.ofAnyShape(maxRows), maxRows, false);
  }

  /** Computes the same for each sequence in it, whatever it needs; all places are to be filled. */
  static Pass ofFixedShape(LanguageModel model, KvCache cache, int rows) {
    return new Pass(model, cache, Draws.ofFixedShape(rows), rows, true);
  }

  /** Forgets what was in it, also of a pass that has failed. */
  void begin() {
    batch.clear();
    choosing.clear();
    rowCount = 0;
    draws.clear();
    logprobs.clear();
  }

  /** Adds the next tokens of a sequence that is not in it yet. */
  void add(Sequence sequence, int count) {
    if (sequence.step(batch, count)) {
      choosing.add(new Choosing(sequence, rowCount));
      GenerationRequest request = sequence.generation.request();
      addRow(request.sampling(), request.seed(), sequence.generation.count());
    } else if (fixedShape) {
      addRow(Sampling.GREEDY, 0, 0);
    }
  }

  /** Adds a token that belongs to nobody, at the beginning of a span. */
  void addIdle(Span span) {
    batch.add(ANY_TOKEN, 0, 1, 0, span);
    addRow(Sampling.GREEDY, 0, 0);
  }

  private void addRow(Sampling sampling, long seed, int step) {
    rows[rowCount++] = batch.tokens() - 1;
    draws.add(sampling, seed, step);
  }

  /** Computes what was added and frees all memory that takes. */
  List<Choice> compute() {
    try (PtNDManager scope = model.newScope()) {
      PtNDArray hidden = model.hidden(scope, batch, cache);
      if (choosing.isEmpty()) {
        return List.of();
      }
      PtNDArray logits = model.logits(scope, hidden, Arrays.copyOf(rows, rowCount));
      Draws.Chosen chosen = draws.choose(model.script(), scope, logits);
      return choices(chosen, wanted(chosen, scope, logits));
    }
  }

  private TokenLogprob[] wanted(Draws.Chosen chosen, PtNDManager scope, PtNDArray logits) {
    for (Choosing each : choosing) {
      if (wantsLogprob(each, chosen)) {
        logprobs.add(each.row(), chosen.ids()[each.row()], each.request().logprobs());
      }
    }
    return logprobs.compute(model.script(), scope, logits);
  }

  private List<Choice> choices(Draws.Chosen chosen, TokenLogprob[] wanted) {
    List<Choice> choices = new ArrayList<>(choosing.size());
    int next = 0;
    for (Choosing each : choosing) {
      Optional<TokenLogprob> logprob =
          wantsLogprob(each, chosen) ? Optional.of(wanted[next++]) : Optional.empty();
      int id = (int) chosen.ids()[each.row()];
      choices.add(new Choice(each.sequence(), id, chosen.finite()[each.row()], logprob));
    }
    return choices;
  }

  private static boolean wantsLogprob(Choosing each, Draws.Chosen chosen) {
    return each.request().logprobs() > 0 && chosen.finite()[each.row()];
  }
}
