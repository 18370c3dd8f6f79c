package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Passes whose shapes depend on nothing but the settings and the request itself, so that its
 * numbers are equal to the bit in any company: at a fixed number of rows a row's bits do not depend
 * on the other rows.
 *
 * <p>Answers are decoded one token a pass that always has all places of the batch, the free ones
 * computing a token nobody asked for. A prompt is computed alone, in chunks that end at multiples
 * of the chunk's length; one chunk a step bounds how long it holds up the others. What was resumed
 * is not prompt: it is decoded again token by token, as it was the first time.
 */
final class FixedSlots implements Passes {
  private final int prefillChunk;
  private final int slots;
  private final Pass prefill;
  private final Pass decode;
  private final Span idle;

  /** Reserves a token of the cache for the places that are free. */
  FixedSlots(LanguageModel model, KvCache cache, BatchSettings settings) {
    prefillChunk = settings.prefillChunk();
    slots = settings.maxBatch();
    prefill = Pass.ofFixedShape(model, cache, 1);
    decode = Pass.ofFixedShape(model, cache, slots);
    idle = cache.reserve(1).orElseThrow();
  }

  @Override
  public Computed compute(List<Sequence> running) {
    List<Sequence> decoding = running.stream().filter(s -> s.promptLeft() == 0).toList();
    Optional<Sequence> prompt = running.stream().filter(s -> s.promptLeft() > 0).findFirst();
    List<Choice> choices = new ArrayList<>(decode(decoding));
    int replayed = decoding.size() - choices.size();
    int chunk = prompt.map(s -> Math.min(s.promptLeft(), prefillChunk)).orElse(0);
    if (prompt.isPresent()) {
      prefill.begin();
      prefill.add(prompt.get(), chunk);
      choices.addAll(prefill.compute());
    }
    return new Computed(
        choices,
        decoding.size() + (chunk > 0 ? 1 : 0),
        chunk + replayed,
        decoding.size() - replayed);
  }

  private List<Choice> decode(List<Sequence> decoding) {
    if (decoding.isEmpty()) {
      return List.of();
    }
    decode.begin();
    for (Sequence sequence : decoding) {
      decode.add(sequence, 1);
    }
    for (int i = decoding.size(); i < slots; i++) {
      decode.addIdle(idle);
    }
    return decode.compute();
  }

  @Override
  public void probe(Span span) {
    prefill.begin();
    prefill.addIdle(span);
    prefill.compute();
  }
}
