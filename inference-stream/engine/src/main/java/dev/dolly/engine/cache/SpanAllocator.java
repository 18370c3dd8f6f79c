package dev.dolly.engine.cache;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * First fit over the free stretches of an arena of {@code size} tokens; neighbours merge when a
 * span comes back, so an empty arena is always one stretch and whatever fits in all fits then.
 * Spans begin and end at multiples of the grain.
 *
 * <p>Not thread-safe: the engine's thread owns it.
 */
public final class SpanAllocator {
  private final int size;
  private final int grain;
  private final TreeMap<Integer, Integer> free = new TreeMap<>(); // base -> length
  private int used;

  /**
   * @param size a multiple of the grain
   * @param grain in tokens, at least 1
   */
  public SpanAllocator(int size, int grain) {
    if (size < 1 || grain < 1 || size % grain != 0) {
      throw new IllegalArgumentException(
          "an arena needs at least one token and whole grains: %d in grains of %d"
              .formatted(size, grain));
    }
    this.size = size;
    this.grain = grain;
    free.put(0, size);
  }

  /**
   * A span of that many tokens, rounded up to whole grains, or empty while no stretch is long
   * enough.
   */
  public Optional<Span> reserve(int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("a span needs at least one token: " + tokens);
    }
    return tokens > size ? Optional.empty() : reserveGrains((tokens + grain - 1) / grain * grain);
  }

  private Optional<Span> reserveGrains(int tokens) {
    for (Map.Entry<Integer, Integer> stretch : free.entrySet()) {
      if (stretch.getValue() >= tokens) {
        int base = stretch.getKey();
        int rest = stretch.getValue() - tokens;
        free.remove(base);
        if (rest > 0) {
          free.put(base + tokens, rest);
        }
        used += tokens;
        return Optional.of(new Span(base, tokens));
      }
    }
    return Optional.empty();
  }

  public void release(Span span) {
    int base = span.base();
    int length = span.capacity();
    Map.Entry<Integer, Integer> before = free.floorEntry(base);
    Map.Entry<Integer, Integer> after = free.ceilingEntry(base);
    boolean overlaps =
        (before != null && before.getKey() + before.getValue() > base)
            || (after != null && after.getKey() < base + length);
    if (overlaps || base < 0 || base + length > size) {
      throw new IllegalStateException("released twice, or never reserved: " + span);
    }
    used -= length;
    if (after != null && after.getKey() == base + length) {
      free.remove(after.getKey());
      length += after.getValue();
    }
    if (before != null && before.getKey() + before.getValue() == base) {
      base = before.getKey();
      length += before.getValue();
    }
    free.put(base, length);
  }

  /** All tokens there are. */
  public int size() {
    return size;
  }

  /** Tokens in spans. */
  public int used() {
    return used;
  }
}
