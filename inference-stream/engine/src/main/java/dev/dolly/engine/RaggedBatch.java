package dev.dolly.engine;

import dev.dolly.engine.cache.Span;
import java.util.Arrays;

/**
 * The tokens of one step: stretches of several sequences laid end to end, without padding. Filled
 * by one thread, read by {@link LanguageModel}.
 */
public final class RaggedBatch {
  /** Numbers of a token in {@link #places}. */
  static final int PLACES = 5;

  /** Numbers of a stretch in {@link #spans}. */
  private static final int SPAN = 6;

  private long[] ids = new long[64];
  private long[] positions = new long[64];
  private long[] bases = new long[64];
  private long[] capacities = new long[64];
  private long[] slots = new long[64];
  private long[] branches = new long[64];
  private int tokens;
  private long[] spans = new long[SPAN * 16];
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
      put(tokens + i, source[from + i], position + i, position + i, 0, span);
    }
    stretch(count, position + count, false, span);
  }

  /**
   * Adds several new sequences that begin alike, that beginning once: each branch goes on after the
   * trunk and sees nothing of the others.
   *
   * @param source ids of the trunk, then those of each branch
   * @param trunk how many they have in common
   * @param lengths of the branches; 0: the trunk is all of that sequence
   * @param span a piece of the cache for all of them
   */
  public void addBranches(int[] source, int trunk, int[] lengths, Span span) {
    if (source.length > span.capacity()) {
      throw new IllegalArgumentException("%d tokens overrun %s".formatted(source.length, span));
    }
    grow(source.length);
    for (int i = 0; i < trunk; i++) {
      put(tokens + i, source[i], i, i, 0, span);
    }
    int slot = trunk;
    for (int branch = 0; branch < lengths.length; branch++) {
      for (int i = 0; i < lengths[branch]; i++, slot++) {
        put(tokens + slot, source[slot], trunk + i, slot, branch + 1, span);
      }
    }
    stretch(source.length, source.length, trunk < source.length, span);
  }

  private void put(int at, int id, int position, int slot, int branch, Span span) {
    ids[at] = id;
    positions[at] = position;
    bases[at] = span.base();
    capacities[at] = span.capacity();
    slots[at] = slot;
    branches[at] = branch;
  }

  private void stretch(int count, int live, boolean branched, Span span) {
    if (SPAN * sequences == spans.length) {
      spans = Arrays.copyOf(spans, 2 * spans.length);
    }
    int at = SPAN * sequences;
    spans[at] = tokens;
    spans[at + 1] = count;
    spans[at + 2] = span.base();
    spans[at + 3] = span.capacity();
    spans[at + 4] = live;
    spans[at + 5] = branched ? 1 : 0;
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

  /**
   * {@code [5, tokens]}: position in its sequence, base and capacity of its span, slot in it, and
   * which branch of the span it is of; 0: all of them.
   */
  long[] places() {
    long[] places = new long[PLACES * tokens];
    System.arraycopy(positions, 0, places, 0, tokens);
    System.arraycopy(bases, 0, places, tokens, tokens);
    System.arraycopy(capacities, 0, places, 2 * tokens, tokens);
    System.arraycopy(slots, 0, places, 3 * tokens, tokens);
    System.arraycopy(branches, 0, places, 4 * tokens, tokens);
    return places;
  }

  /**
   * Six numbers a stretch: first row, tokens, base, capacity, live tokens, and 1 where it has
   * branches.
   */
  long[] spans() {
    return Arrays.copyOf(spans, SPAN * sequences);
  }

  private void grow(int count) {
    if (tokens + count > ids.length) {
      int length = Math.max(2 * ids.length, tokens + count);
      ids = Arrays.copyOf(ids, length);
      positions = Arrays.copyOf(positions, length);
      bases = Arrays.copyOf(bases, length);
      capacities = Arrays.copyOf(capacities, length);
      slots = Arrays.copyOf(slots, length);
      branches = Arrays.copyOf(branches, length);
    }
  }
}
