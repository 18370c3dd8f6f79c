package dev.dolly.watch;

import java.util.Optional;

/**
 * A job at one moment.
 *
 * @param state such as {@code RUNNING}
 * @param startedAt epoch ms of its submission
 * @param restarts of its tasks since then
 * @param checkpointsCompleted since then
 * @param checkpointsFailed since then
 * @param lastCheckpoint the newest complete one; empty: none yet
 * @param metrics of the operator that generates
 */
public record JobView(
    String state,
    long startedAt,
    long restarts,
    long checkpointsCompleted,
    long checkpointsFailed,
    Optional<FlinkRest.Completed> lastCheckpoint,
    OperatorMetrics metrics) {}
