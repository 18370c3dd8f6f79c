package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import java.util.List;

/**
 * Everybody in one pass: each running answer's last token, and beside them a chunk of the prompts
 * that wait for theirs. Fastest; but the kernels choose their order of summation by the number of
 * rows, so the last bits of a request's numbers depend on its company.
 */
final class OnePass implements Passes {
  private final int prefillChunk;
  private final Pass pass;

  OnePass(LanguageModel model, KvCache cache, BatchSettings settings) {
    prefillChunk = settings.prefillChunk();
    pass = Pass.ofAnyShape(model, cache, settings.maxBatch());
  }

  @Override
  public Computed compute(List<Sequence> running) {
    int budget = prefillChunk;
    int sequences = 0;
    int decoding = 0;
    pass.begin();
    for (Sequence sequence : running) {
      int count;
      if (sequence.decoding()) {
        count = 1;
        decoding++;
      } else {
        count = Math.min(sequence.pending(), budget);
        budget -= count;
      }
      if (count > 0) {
        pass.add(sequence, count);
        sequences++;
      }
    }
    return new Computed(pass.compute(), sequences, prefillChunk - budget, decoding);
  }

  @Override
  public void probe(Span span) {
    pass.begin();
    pass.addIdle(span);
    pass.compute();
  }
}
