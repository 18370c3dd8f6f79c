package dev.dolly.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one task says of one model.
 *
 * @param docs how many documents were scored
 * @param metrics by name, in the order in which they are shown
 * @param dataDigest hex SHA-256 of the documents
 */
public record TaskResult(String task, long docs, Map<String, Metric> metrics, String dataDigest) {
  public TaskResult {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
