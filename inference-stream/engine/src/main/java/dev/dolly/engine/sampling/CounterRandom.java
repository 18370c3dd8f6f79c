package dev.dolly.engine.sampling;

/**
 * Draws that are a function of (seed, step) alone: no state, so a request draws the same numbers
 * whatever shares its batch, and after a restart.
 *
 * <p>{@link SplitMix64} mixes the seed, and that plus the step times its increment.
 */
public final class CounterRandom {
  private CounterRandom() {}

  /** A number in [0, 1) with 53 random bits. */
  public static double uniform(long seed, long step) {
    return (SplitMix64.mix(SplitMix64.mix(seed) + (step + 1) * SplitMix64.GOLDEN_GAMMA) >>> 11)
        * 0x1.0p-53;
  }
}
