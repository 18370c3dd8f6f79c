package dev.dolly.local;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.ingest.IngestSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What {@link Jobs} needs to know.
 *
 * @param data keeps checkpoints
 * @param flinkPort of Flink's REST interface and UI
 * @param jobs settings of the inference job, all of them, and of ingest, which uses the same broker
 *     and registry
 */
public record JobsSettings(DataDirectory data, int flinkPort, Map<String, String> jobs) {
  private static final String DATA = "data";
  private static final String FLINK_PORT = "flink-port";

  public JobsSettings {
    jobs = Map.copyOf(jobs);
  }

  /** Reads what {@link #toMap} wrote. */
  static JobsSettings of(Map<String, String> map) {
    Map<String, String> jobs = new HashMap<>(map);
    Path data = Path.of(jobs.remove(DATA));
    int flinkPort = Integer.parseInt(jobs.remove(FLINK_PORT));
    return new JobsSettings(new DataDirectory(data), flinkPort, jobs);
  }

  /** For another process. */
  Map<String, String> toMap() {
    Map<String, String> map = new HashMap<>(jobs);
    map.put(DATA, data.root().toString());
    map.put(FLINK_PORT, Integer.toString(flinkPort));
    return map;
  }

  /** The inference job's. */
  public InferenceSettings inferenceSettings() {
    return InferenceSettings.of(settings(false));
  }

  /** Ingest's. */
  IngestSettings ingestSettings() {
    InferenceSettings others = inferenceSettings();
    return IngestSettings.of(
        others.bootstrapServers(), others.schemaRegistry(), data.streams(), settings(true));
  }

  private Map<String, String> settings(boolean ofIngest) {
    Map<String, String> settings = new HashMap<>(jobs);
    settings.keySet().removeIf(key -> key.startsWith(IngestSettings.PREFIX) != ofIngest);
    return settings;
  }
}
