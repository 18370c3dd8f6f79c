package dev.dolly.training.options;

/**
 * AdamW and its learning rate.
 *
 * @param learningRate the highest
 * @param finalLearningRate the part of it that is left at the end
 * @param warmupSteps over which it rises from 0
 * @param beta1 memory of the gradient
 * @param beta2 memory of its square
 * @param epsilon added to the denominator
 * @param weightDecay decoupled
 * @param decayMatricesOnly whether biases and layer norms are left out of it
 * @param clipNorm the gradient's norm at most; 0: any
 */
public record OptimizerOptions(
    double learningRate,
    double finalLearningRate,
    long warmupSteps,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    boolean decayMatricesOnly,
    double clipNorm) {}
