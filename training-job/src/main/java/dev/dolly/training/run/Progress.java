package dev.dolly.training.run;

import java.time.Duration;

/**
 * How far a run is.
 *
 * @param step optimizer steps made
 * @param steps that will have been made at the end
 * @param loss of the last step
 * @param tokensPerSecond of the last step
 * @param flopsPerSecond of the last step
 * @param left at the pace so far
 */
public record Progress(
    long step,
    long steps,
    double loss,
    double tokensPerSecond,
    double flopsPerSecond,
    Duration left) {}
