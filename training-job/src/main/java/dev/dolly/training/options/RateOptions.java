package dev.dolly.training.options;

/**
 * The learning rate: up from 0 in a straight line, then down in one to the end of the run.
 *
 * @param highest at the end of the warm-up
 * @param finalPart of it that is left at the end
 * @param warmupSteps 0: none
 */
public record RateOptions(double highest, double finalPart, long warmupSteps) {}
