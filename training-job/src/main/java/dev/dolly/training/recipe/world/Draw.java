package dev.dolly.training.recipe.world;

import dev.dolly.engine.sampling.SplitMix64;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The random choices of one instance, all from its seed, and what it has named already: an instance
 * names nothing twice. The same on every machine and Java. One thread.
 */
public final class Draw {
  /** So many failures in a row mean that a pool cannot give what is asked of it. */
  private static final int PATIENCE = 20_000;

  private final Split split;
  private final Set<String> named = new HashSet<>();
  private long state;

  public Draw(long seed, Split split) {
    this.state = SplitMix64.mix(seed);
    this.split = split;
  }

  public Split split() {
    return split;
  }

  /** 0 to {@code bound} - 1, all equally likely. */
  public int below(int bound) {
    state += SplitMix64.GOLDEN_GAMMA;
    return (int) ((SplitMix64.mix(state) >>> 33) * bound >>> 31);
  }

  /** Both ends included. */
  public int between(int low, int high) {
    return low + below(high - low + 1);
  }

  /** True in this share of cases, to a millionth. */
  public boolean chance(double share) {
    return below(1_000_000) < share * 1_000_000;
  }

  public <T> T of(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  /** So many of them, none twice, in random order. */
  public <T> List<T> some(List<T> choices, int count) {
    List<T> left = new ArrayList<>(choices);
    List<T> drawn = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      drawn.add(left.remove(below(left.size())));
    }
    return drawn;
  }

  /** All of them in random order. */
  public <T> List<T> shuffled(List<T> all) {
    return some(all, all.size());
  }

  /** An index, each as likely as its weight says. */
  public int weighted(double[] weights) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    double left = total * below(1 << 24) / (1 << 24);
    for (int i = 0; i < weights.length - 1; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    return weights.length - 1;
  }

  /** A value that the instance has not named yet; of these, only such as its split may have. */
  public String fresh(String kind, int many, Supplier<String> source) {
    for (int i = 0; i < PATIENCE; i++) {
      String value = source.get();
      if (Split.of(kind + ":" + value, many) == split && named.add(value)) {
        return value;
      }
    }
    throw new IllegalStateException("there is no other " + kind + " for " + split);
  }

  /** A value of a pool that both splits share, and that the instance has not named yet. */
  public String fresh(List<String> pool) {
    for (int i = 0; i < PATIENCE; i++) {
      String value = of(pool);
      if (named.add(value)) {
        return value;
      }
    }
    throw new IllegalStateException("all of the pool is named: " + pool);
  }

  /** Whether a combination belongs to this draw's split. */
  public boolean mayHave(String combination) {
    return Split.of(combination, Split.COMBINATIONS) == split;
  }

  /** Which of the ways to ask for one thing: the one kept for the test, or any other. */
  public int way(String thing, int ways) {
    int kept = Split.index(thing, ways);
    if (split == Split.TEST) {
      return kept;
    }
    int other = below(ways - 1);
    return other < kept ? other : other + 1;
  }
}
