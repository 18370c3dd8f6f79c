package dev.dolly.engine.preset;

import dev.dolly.engine.model.DType;
import dev.dolly.engine.sampling.SplitMix64;
import java.nio.ByteBuffer;

/**
 * Normally distributed weights as bytes of a type, at the speed of memory: 16 random bits pick one
 * of 65,536 equally likely quantiles, kept ready in the type asked for. Tails end at 4.3 standard
 * deviations. The same on every machine and Java: strict arithmetic and our own generator.
 */
public final class NormalBytes {
  private static final int BITS = 16;

  private final DType dtype;
  private final int[] quantiles;
  private long state;
  private long bits;
  private int left;

  public NormalBytes(DType dtype, double standardDeviation, long seed) {
    this.dtype = dtype;
    this.state = seed;
    this.quantiles = new int[1 << BITS];
    for (int i = 0; i < quantiles.length; i++) {
      double probability = (i + 0.5) / quantiles.length;
      quantiles[i] = dtype.bits((float) (quantile(probability) * standardDeviation));
    }
  }

  /** Fills what remains of the buffer, whole elements. */
  public void fill(ByteBuffer out) {
    while (out.remaining() >= dtype.bytes()) {
      put(dtype, out, quantiles[next()]);
    }
  }

  private int next() {
    if (left == 0) {
      state += SplitMix64.GOLDEN_GAMMA;
      bits = SplitMix64.mix(state);
      left = Long.SIZE / BITS;
    }
    int drawn = (int) (bits & ((1 << BITS) - 1));
    bits >>>= BITS;
    left--;
    return drawn;
  }

  static void put(DType dtype, ByteBuffer out, int bits) {
    if (dtype == DType.FLOAT32) {
      out.putInt(bits);
    } else {
      out.putShort((short) bits);
    }
  }

  /** Inverse of the standard normal distribution: Acklam's approximation, relative error 1e-9. */
  private static double quantile(double p) {
    if (p > 0.5) {
      return -quantile(1 - p);
    }
    if (p < 0.02425) {
      double q = StrictMath.sqrt(-2 * StrictMath.log(p));
      return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
                              - 2.549732539343734)
                          * q
                      + 4.374664141464968)
                  * q
              + 2.938163982698783)
          / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                      + 3.754408661907416)
                  * q
              + 1);
    }
    double q = p - 0.5;
    double r = q * q;
    return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r
                            + 1.383577518672690e+02)
                        * r
                    - 3.066479806614716e+01)
                * r
            + 2.506628277459239)
        * q
        / (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r
                            + 6.680131188771972e+01)
                        * r
                    - 1.328068155288572e+01)
                * r
            + 1);
  }
}
