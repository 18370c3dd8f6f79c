package dev.dolly.engine.sampling;

/**
 * Draws that are a function of (seed, step) alone: no state, so a request draws the same numbers
 * whatever shares its batch, and after a restart.
 *
 * <p>The mixer is SplitMix64's finaliser (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", 2014) applied to the seed's mix plus the step times the golden gamma.
 */
public final class CounterRandom {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private CounterRandom() {}

  /** A number in [0, 1) with 53 random bits. */
  public static double uniform(long seed, long step) {
    return (mix(mix(seed) + (step + 1) * GOLDEN_GAMMA) >>> 11) * 0x1.0p-53;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
