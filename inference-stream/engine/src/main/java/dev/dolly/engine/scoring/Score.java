package dev.dolly.engine.scoring;

/**
 * How likely a continuation is after its context.
 *
 * @param logLikelihood sum of the log-probabilities of its tokens, natural logarithm
 * @param greedy whether each of its tokens was the likeliest
 */
public record Score(double logLikelihood, boolean greedy) {}
