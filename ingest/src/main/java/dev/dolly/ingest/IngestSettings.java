package dev.dolly.ingest;

import dev.dolly.schemas.prompt.PromptLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the application needs to know.
 *
 * @param bootstrapServers of the Kafka cluster
 * @param registryUrl of the schema registry
 * @param applicationId consumer group and prefix of the transactional ids: instances with one id
 *     share the work
 * @param stateDirectory for Kafka Streams' own files; nothing in it is worth keeping
 * @param threads at least 1; more than the raw topic's partitions are idle
 * @param limits of what is looked at as a prompt
 */
public record IngestSettings(
    String bootstrapServers,
    String registryUrl,
    String applicationId,
    Path stateDirectory,
    int threads,
    PromptLimits limits) {

  /** The application's id where nothing speaks for another one. */
  public static final String DEFAULT_APPLICATION_ID = "dolly-ingest";

  public IngestSettings {
    List<String> problems = new ArrayList<>();
    if (bootstrapServers.isBlank()) {
      problems.add("bootstrap servers are empty");
    }
    if (registryUrl.isBlank()) {
      problems.add("the registry's URL is empty");
    }
    if (applicationId.isBlank()) {
      problems.add("the application id is empty");
    }
    if (threads < 1) {
      problems.add("threads must be at least 1: " + threads);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("ingest: " + String.join("; ", problems));
    }
  }

  /** One thread, the default id and limits. */
  public static IngestSettings of(
      String bootstrapServers, String registryUrl, Path stateDirectory) {
    return new IngestSettings(
        bootstrapServers,
        registryUrl,
        DEFAULT_APPLICATION_ID,
        stateDirectory,
        1,
        PromptLimits.defaults());
  }
}
