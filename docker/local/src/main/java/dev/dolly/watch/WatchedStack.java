package dev.dolly.watch;

import java.util.Optional;

/**
 * Which stack is watched.
 *
 * @param flink base URL of Flink's REST interface
 * @param bootstrap of the brokers
 * @param registry base URL of the schema registry, if it is known
 * @param job the inference job's name in Flink
 * @param operator the name of its operator that generates
 * @param inferenceGroup the consumer group of the inference job
 * @param ingestGroup the consumer group of ingest
 */
public record WatchedStack(
    String flink,
    String bootstrap,
    Optional<String> registry,
    String job,
    String operator,
    String inferenceGroup,
    String ingestGroup) {}
