package dev.dolly.ingest;

import dev.dolly.schemas.avro.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.TaskId;

/**
 * What one task counts, in Kafka Streams' own metrics: group {@code stream-ingest-metrics}, tag
 * {@code ingest-id} the task. The table is in docs/metrics.md. The task's thread only.
 */
final class IngestMetrics implements AutoCloseable {
  private static final String SCOPE = "ingest";

  private final StreamsMetrics metrics;
  private final String task;
  private final Sensor prompts;
  private final Map<ErrorCode, Sensor> deadLetters = new EnumMap<>(ErrorCode.class);

  IngestMetrics(StreamsMetrics metrics, TaskId task) {
    this.metrics = metrics;
    this.task = task.toString();
    this.prompts = sensor("prompts");
  }

  void accepted() {
    prompts.record();
  }

  void rejected(ErrorCode code) {
    deadLetters.computeIfAbsent(code, c -> sensor("dead-letters-" + c)).record();
  }

  private Sensor sensor(String operation) {
    return metrics.addRateTotalSensor(SCOPE, task, operation, RecordingLevel.INFO);
  }

  /** A task that moved to another instance is no longer shown here. */
  @Override
  public void close() {
    metrics.removeSensor(prompts);
    deadLetters.values().forEach(metrics::removeSensor);
  }
}
