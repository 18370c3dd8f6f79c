package dev.dolly.chaos;

/**
 * How checkpoints went. Durations in ms, of all but the first of each incarnation.
 *
 * @param completed how many were seen complete
 * @param failed how many failed: those that a kill interrupted, and those that Flink tried while
 *     tasks were still starting, are among them
 */
public record CheckpointFigures(
    int completed, long failed, long p50Millis, long p99Millis, long maxMillis) {}
