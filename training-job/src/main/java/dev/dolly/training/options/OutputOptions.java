package dev.dolly.training.options;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run writes and where.
 *
 * @param directory of checkpoints and the final model
 * @param second where a copy of the final model goes
 * @param saveSteps a checkpoint each so many steps; at least 1
 * @param saveTotalLimit checkpoints that are kept; at least 1
 * @param resume whether to go on from the newest checkpoint there
 * @param metrics JSON lines
 * @param report the chart
 */
public record OutputOptions(
    Path directory,
    Optional<Path> second,
    int saveSteps,
    int saveTotalLimit,
    boolean resume,
    Optional<Path> metrics,
    Optional<Path> report) {}
