package dev.dolly.training.zero;

/**
 * What a batch did before any weight moves.
 *
 * @param loss mean cross entropy over the batch's labels, in nats
 * @param gradNorm global norm of the gradient, before clipping
 */
public record StepFigures(double loss, double gradNorm) {
  boolean finite() {
    return Double.isFinite(loss) && Double.isFinite(gradNorm);
  }
}
