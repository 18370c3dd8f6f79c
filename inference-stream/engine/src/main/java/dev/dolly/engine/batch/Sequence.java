package dev.dolly.engine.batch;

import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.cache.Span;

/** A generation that has its place in the cache: what is known of it, and how much is computed. */
final class Sequence {
  final Generation generation;
  final Span span;
  private final int limit;
  private final int promptLength;
  private final int[] known;
  private int knownCount;
  private int cached;
  private int cachedBefore;
  private long startedNanos;
  private long firstTokenNanos;

  /**
   * @param limit ids that may be generated in all
   * @param span room for all but the last of them
   */
  Sequence(Generation generation, int limit, Span span) {
    this.generation = generation;
    this.limit = limit;
    this.span = span;
    int[] prompt = generation.request().promptIds();
    promptLength = prompt.length;
    known = new int[promptLength + limit];
    System.arraycopy(prompt, 0, known, 0, promptLength);
    for (int i = 0; i < generation.count(); i++) {
      known[promptLength + i] = generation.at(i);
    }
    knownCount = promptLength + generation.count();
  }

  /** Whether nothing of it has been computed here. */
  boolean untouched() {
    return cached == 0;
  }

  /** When its first chunk was computed; 0 before that. */
  long startedNanos() {
    return startedNanos;
  }

  /** When its first id was chosen here; 0 before that. */
  long firstTokenNanos() {
    return firstTokenNanos;
  }

  /** Tokens still to be computed before the next one can be chosen; 1 while decoding. */
  int pending() {
    return knownCount - cached;
  }

  /** Tokens of the prompt still to be computed. */
  int promptLeft() {
    return Math.max(0, promptLength - cached);
  }

  /** Whether all that is pending is the id chosen last. */
  boolean decoding() {
    return pending() == 1 && generation.count() > 0 && cached >= promptLength;
  }

  /**
   * Adds the next pending tokens to a step.
   *
   * @return whether the last known token is among them, so that its row's logits choose the next
   */
  boolean step(RaggedBatch batch, int count) {
    if (untouched()) {
      startedNanos = System.nanoTime();
    }
    batch.add(known, cached, count, cached, span);
    cached += count;
    return cached == knownCount;
  }

  /** A step begins: {@link #undo} comes back to here. */
  void begin() {
    cachedBefore = cached;
  }

  /** What was added since then is not computed: the pass that it was in has failed. */
  void undo() {
    cached = cachedBefore;
  }

  /** Adds the next id. */
  void append(Choice choice) {
    if (firstTokenNanos == 0) {
      firstTokenNanos = System.nanoTime();
    }
    choice
        .logprob()
        .ifPresentOrElse(
            logprob -> generation.append(choice.id(), logprob),
            () -> generation.append(choice.id()));
    known[knownCount++] = choice.id();
  }

  boolean full() {
    return generation.count() >= limit;
  }
}
