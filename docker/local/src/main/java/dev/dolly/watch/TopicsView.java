package dev.dolly.watch;

import dev.dolly.schemas.avro.ModelRef;
import java.util.Optional;

/**
 * The topics at one moment.
 *
 * @param raw records of the raw topic that ingest has not committed
 * @param waiting prompts that the inference job had not read at its last checkpoint
 * @param answers committed since the watch began
 * @param deadLetters of all stages, committed since the watch began
 * @param model of the newest answer; empty: none came since, or the registry is not known
 */
public record TopicsView(
    long raw, long waiting, long answers, long deadLetters, Optional<ModelRef> model) {}
