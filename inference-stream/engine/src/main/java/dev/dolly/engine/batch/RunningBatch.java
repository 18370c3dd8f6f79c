package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.batch.Passes.Computed;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sequences that are computed together, and the cache they have their places in. Room is
 * reserved for a sequence's longest possible course when it joins, so sequences never compete for
 * it and none has to be evicted.
 *
 * <p>Owns the cache. Engine thread only, but for {@link #bounds()}.
 */
final class RunningBatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningBatch.class);

  private final Clock clock;
  private final int maxBatch;
  private final KvCache cache;
  private final Passes passes;
  private final int reserved; // tokens of the cache that are no request's
  private final Bounds bounds;
  private final List<Sequence> sequences = new ArrayList<>();

  RunningBatch(LanguageModel model, BatchSettings settings, Clock clock) {
    this.clock = clock;
    this.maxBatch = settings.maxBatch();
    this.cache = model.newCache(cacheBytes(model, settings));
    this.passes = Passes.of(model, cache, settings);
    this.reserved = cache.used();
    this.bounds = new Bounds(model.window(), cache.size() - reserved);
  }

  private static long cacheBytes(LanguageModel model, BatchSettings settings) {
    long token = model.cacheBytesPerToken();
    long bytes = settings.cacheBytesFor(token * model.window());
    return settings.deterministic() ? bytes + token : bytes; // one for the places that are free
  }

  /** What there is room for. */
  Bounds bounds() {
    return bounds;
  }

  /** How many sequences there are. */
  int size() {
    return sequences.size();
  }

  /** Tokens of the cache that they have reserved. */
  int cacheUsed() {
    return cache.used() - reserved;
  }

  /** Takes a request in; false where there is no room for it now. */
  boolean join(Generation generation) {
    if (sequences.size() >= maxBatch) {
      return false;
    }
    GenerationRequest request = generation.request();
    Optional<Span> span = cache.reserve(bounds.longest(request));
    span.ifPresent(room -> sequences.add(new Sequence(generation, bounds.limit(request), room)));
    return span.isPresent();
  }

  /** Ends the request with what there is, if it is here. */
  void cancel(Generation generation) {
    for (Sequence sequence : List.copyOf(sequences)) {
      if (sequence.generation == generation) {
        leave(sequence, generation.finished(FinishReason.CANCELLED));
      }
    }
  }

  /** Ends those that nothing was computed of before their deadline; true if there were any. */
  boolean expireUntouched() {
    boolean ended = false;
    for (Sequence sequence : List.copyOf(sequences)) {
      if (sequence.untouched() && sequence.generation.isDue(clock.millis())) {
        leave(sequence, sequence.generation.expiredBeforePrefill());
        ended = true;
      }
    }
    return ended;
  }

  /** Computes one step, hands out the tokens and lets those leave whose last one it was. */
  Computed step() {
    Computed computed = compute();
    for (Choice choice : computed.choices()) {
      if (choice.finite()) {
        take(choice);
      } else {
        leave(choice.sequence(), numericFault(choice.sequence().generation));
      }
    }
    return computed;
  }

  private Computed compute() {
    sequences.forEach(Sequence::begin);
    try {
      return passes.compute(List.copyOf(sequences));
    } catch (RuntimeException e) {
      LOG.error("a step of {} sequences failed; now one by one", sequences.size(), e);
      sequences.forEach(Sequence::undo);
      return oneByOne();
    }
  }

  /** The same step; whose computation fails leaves alone. */
  private Computed oneByOne() {
    Computed all = Computed.NOTHING;
    for (Sequence sequence : List.copyOf(sequences)) {
      try {
        all = all.and(passes.compute(List.of(sequence)));
      } catch (RuntimeException e) {
        // Where nothing can be computed at all no request is to blame: this throws.
        passes.probe(sequence.span);
        Generation generation = sequence.generation;
        LOG.error("request {}: its step failed", generation.request().id(), e);
        leave(
            sequence,
            new Failed(
                Fault.INTERNAL,
                "computing on after %d generated tokens: %s"
                    .formatted(generation.count(), e.toString().lines().findFirst().orElse(""))));
      }
    }
    return all;
  }

  private static Outcome numericFault(Generation generation) {
    return new Failed(
        Fault.NUMERIC_FAULT,
        "the logits after %d generated tokens hold a NaN or an infinity"
            .formatted(generation.count()));
  }

  private void take(Choice choice) {
    Sequence sequence = choice.sequence();
    Generation generation = sequence.generation;
    sequence.append(choice);
    Optional<Outcome> outcome = generation.feed(choice.id());
    if (outcome.isPresent()) {
      leave(sequence, outcome.get());
    } else if (sequence.full()) {
      leave(sequence, generation.finished(FinishReason.LENGTH));
    } else if (generation.isDue(clock.millis())) {
      leave(sequence, generation.finished(FinishReason.DEADLINE));
    }
  }

  private void leave(Sequence sequence, Outcome outcome) {
    sequences.remove(sequence);
    cache.release(sequence.span);
    sequence.generation.end(outcome, sequence.startedNanos(), sequence.firstTokenNanos());
  }

  /** All that are here, in the order of joining. */
  List<Generation> generations() {
    return sequences.stream().map(sequence -> sequence.generation).toList();
  }

  @Override
  public void close() {
    cache.close();
  }
}
