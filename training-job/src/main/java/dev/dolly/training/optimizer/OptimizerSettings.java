package dev.dolly.training.optimizer;

/**
 * AdamW (Loshchilov and Hutter, 2019), as PyTorch computes it.
 *
 * @param beta1 decay of the gradients' mean
 * @param beta2 decay of their squares' mean
 * @param epsilon added to the root of the squares
 * @param weightDecay times the learning rate: how much a weight shrinks each step
 * @param decayMatricesOnly whether norms and biases keep out of the decay
 * @param clipNorm the global norm that gradients are scaled down to; 0 leaves them
 */
public record OptimizerSettings(
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    boolean decayMatricesOnly,
    double clipNorm) {
  public OptimizerSettings {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("betas must be in [0, 1): " + beta1 + ", " + beta2);
    }
    if (!(epsilon > 0 && weightDecay >= 0 && clipNorm >= 0)) {
      throw new IllegalArgumentException(
          "epsilon %s must be above 0, weight decay %s and clipping norm %s at least 0"
              .formatted(epsilon, weightDecay, clipNorm));
    }
  }

  /** Betas 0.9 and 0.999, epsilon 1e-8, no decay, clipping at 1: Dolly's. */
  public static OptimizerSettings defaults() {
    return new OptimizerSettings(0.9, 0.999, 1e-8, 0, false, 1);
  }

  /** What a gradient of that norm is divided by, as PyTorch's {@code clip_grad_norm_} does. */
  public double divisor(double norm) {
    return clipNorm == 0 ? 1 : Math.max(1, (norm + 1e-6) / clipNorm);
  }
}
