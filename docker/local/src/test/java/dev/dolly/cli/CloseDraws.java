package dev.dolly.cli;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.sampling.CounterRandom;
import dev.dolly.engine.sampling.Draws;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.inference.generate.EngineRequests;
import dev.dolly.schemas.avro.Prompt;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds out where a prompt's course hangs by a hair: the rounding of fp32 depends on the size of
 * the batch, so a token may come out differently in other company where its draw lies within 1e-5
 * of a boundary, and nowhere else.
 */
final class CloseDraws implements AutoCloseable {
  private static final double HAIR = 1e-5;

  private final LanguageModel model;
  private final PromptFormat format;

  CloseDraws(String fixture) {
    model =
        LanguageModel.load(
            ModelDirectory.open(Fixtures.model(fixture)), ComputeSettings.of(DType.FLOAT32));
    format = model.promptFormat();
    model.prepareThread();
  }

  /** The text before the first token whose draw is close to a boundary; empty if there is none. */
  Optional<String> textBefore(Prompt prompt) throws InterruptedException {
    GenerationRequest request = EngineRequests.of(prompt, format);
    if (request.sampling().greedy()) {
      return Optional.empty();
    }
    int[] generated = alone(request);
    int[] prefix = request.promptIds();
    int[] all = Arrays.copyOf(prefix, prefix.length + generated.length);
    System.arraycopy(generated, 0, all, prefix.length, generated.length);
    Answer answer = format.newAnswer();
    try (KvCache cache = model.newCache(model.cacheBytesPerToken() * all.length);
        PtNDManager scope = model.newScope()) {
      Span span = cache.reserve(all.length).orElseThrow();
      RaggedBatch batch = new RaggedBatch();
      batch.add(all, 0, all.length, 0, span);
      PtNDArray hidden = model.hidden(scope, batch, cache);
      for (int step = 0; step < generated.length; step++) {
        PtNDArray logits = model.logits(scope, hidden, new long[] {prefix.length - 1L + step});
        if (isClose(request, step, scope, logits)) {
          return Optional.of(answer.stable());
        }
        answer.accept(generated[step]);
      }
    }
    return Optional.empty();
  }

  private boolean isClose(
      GenerationRequest request, int step, PtNDManager scope, PtNDArray logits) {
    Sampling s = request.sampling();
    double draw = CounterRandom.uniform(request.seed(), step);
    double sum = 0;
    for (double p : likeliestFirst(s, scope, logits)) {
      sum += p;
      if (p > 0 && sum < 1 - HAIR && Math.abs(sum - draw) < HAIR) {
        return true;
      }
    }
    // The other boundary is that of the nucleus: an id more or less in it moves all the others.
    double before = 0;
    for (double p :
        likeliestFirst(new Sampling(true, s.temperature(), 1.0, s.topK()), scope, logits)) {
      if (p > 0 && s.topP() < 1 && Math.abs(before - s.topP()) < HAIR) {
        return true;
      }
      before += p;
    }
    return false;
  }

  private double[] likeliestFirst(Sampling sampling, PtNDManager scope, PtNDArray logits) {
    Draws draws = Draws.ofAnyShape(1);
    draws.add(sampling, 0, 0);
    double[] p = draws.distribution(model.script(), scope, logits);
    Arrays.sort(p);
    for (int i = 0, j = p.length - 1; i < j; i++, j--) {
      double swapped = p[i];
      p[i] = p[j];
      p[j] = swapped;
    }
    return p;
  }

  private int[] alone(GenerationRequest request) throws InterruptedException {
    PendingGenerations pending = new PendingGenerations();
    try (ContinuousBatcher batcher =
        ContinuousBatcher.start(
            model, BatchSettings.defaults().withCacheBytes(64 << 20), pending::complete)) {
      Generation generation = batcher.submit(request);
      pending.add(generation).join();
      return generation.ids();
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
