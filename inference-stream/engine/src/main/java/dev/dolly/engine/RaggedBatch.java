package dev.dolly.engine;

import dev.dolly.engine.cache.Span;
import java.util.Arrays;

/**
 * The tokens of one step: stretches of several sequences laid end to end, without padding. Filled
 * by one thread, read by {@link LanguageModel}.
 */
public final class RaggedBatch {
  private long[] ids = new long[64];
  private long[] positions = new long[64];
  private long[] bases = new long[64];
  private long[] capacities = new long[64];
  private int tokens;
  private long[] spans = new long[5 * 16];
  private int sequences;

  /**
   * Adds the next stretch of a sequence.
   *
   * @param source where its ids are
   * @param from first of them
   * @param count how many, at least one
   * @param position of the first: the sequence's tokens in the cache so far
   * @param span the sequence's piece of the cache
   */
  public void add(int[] source, int from, int count, int position, Span span) {
    if (position + count > span.capacity()) {
      throw new IllegalArgumentException(
          "%d tokens from position %d overrun %s".formatted(count, position, span));
    }
    grow(count);
    for (int i = 0; i < count; i++) {
      ids[tokens + i] = source[from + i];
      positions[tokens + i] = position + i;
      bases[tokens + i] = span.base();
      capacities[tokens + i] = span.capacity();
    }
    int at = 5 * sequences;
    spans[at] = tokens;
    spans[at + 1] = count;
    spans[at + 2] = span.base();
    spans[at + 3] = span.capacity();
    spans[at + 4] = position + count;
    tokens += count;
    sequences++;
  }

  /** How many tokens there are; the next one added gets this row. */
  public int tokens() {
    return tokens;
  }

  public void clear() {
    tokens = 0;
    sequences = 0;
  }

  long[] ids() {
    return Arrays.copyOf(ids, tokens);
  }

  /** {@code [3, tokens]}: position, base and capacity of each token's span. */
  long[] places() {
    long[] places = new long[3 * tokens];
    System.arraycopy(positions, 0, places, 0, tokens);
    System.arraycopy(bases, 0, places, tokens, tokens);
    System.arraycopy(capacities, 0, places, 2 * tokens, tokens);
    return places;
  }

  /** Five numbers a sequence: first row, tokens, base, capacity, live tokens. */
  long[] spans() {
    return Arrays.copyOf(spans, 5 * sequences);
  }

  private void grow(int count) {
    if (tokens + count > ids.length) {
      int length = Math.max(2 * ids.length, tokens + count);
      ids = Arrays.copyOf(ids, length);
      positions = Arrays.copyOf(positions, length);
      bases = Arrays.copyOf(bases, length);
      capacities = Arrays.copyOf(capacities, length);
    }
    if (5 * sequences == spans.length) {
      spans = Arrays.copyOf(spans, 2 * spans.length);
    }
  }
}
