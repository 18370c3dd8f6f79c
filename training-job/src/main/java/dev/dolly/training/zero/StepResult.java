package dev.dolly.training.zero;

/**
 * One step.
 *
 * @param step optimizer steps made so far, this one included if it was applied
 * @param loss mean cross entropy over the batch's labels, in nats, before the update
 * @param gradNorm global norm before clipping
 * @param learningRate of this step
 * @param tokens of the batch
 * @param labelTokens of them that the loss counts
 * @param applied whether the weights moved
 * @param flops of matrix products and attention, those of recomputation included
 */
public record StepResult(
    long step,
    double loss,
    double gradNorm,
    double learningRate,
    long tokens,
    long labelTokens,
    boolean applied,
    long flops) {}
