package dev.dolly.local;

import dev.dolly.inference.InferenceSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What {@link Jobs} needs to know.
 *
 * @param data keeps checkpoints
 * @param flinkPort of Flink's REST interface and UI
 * @param inference settings of the inference job, all of them; ingest uses the same broker and
 *     registry
 */
public record JobsSettings(DataDirectory data, int flinkPort, Map<String, String> inference) {
  private static final String DATA = "data";
  private static final String FLINK_PORT = "flink-port";

  public JobsSettings {
    inference = Map.copyOf(inference);
  }

  /** Reads what {@link #toMap} wrote. */
  static JobsSettings of(Map<String, String> map) {
    Map<String, String> inference = new HashMap<>(map);
    Path data = Path.of(inference.remove(DATA));
    int flinkPort = Integer.parseInt(inference.remove(FLINK_PORT));
    return new JobsSettings(new DataDirectory(data), flinkPort, inference);
  }

  /** For another process. */
  Map<String, String> toMap() {
    Map<String, String> map = new HashMap<>(inference);
    map.put(DATA, data.root().toString());
    map.put(FLINK_PORT, Integer.toString(flinkPort));
    return map;
  }

  /** The inference job's. */
  public InferenceSettings inferenceSettings() {
    return InferenceSettings.of(inference);
  }
}
