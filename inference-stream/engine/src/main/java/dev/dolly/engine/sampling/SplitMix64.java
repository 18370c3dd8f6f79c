package dev.dolly.engine.sampling;

/**
 * SplitMix64's finaliser and increment (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", 2014): a counter times the increment, mixed, is a good random number.
 */
public final class SplitMix64 {
  public static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private SplitMix64() {}

  /** A bijection in which every bit of the input moves about half of the output's. */
  public static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
