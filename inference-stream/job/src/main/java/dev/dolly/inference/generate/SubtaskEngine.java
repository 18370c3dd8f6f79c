package dev.dolly.inference.generate;

import dev.dolly.engine.batch.BatchListener;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.metrics.InferenceMetrics;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Clock;

/** The model of one subtask and the engine that runs on it. Owns both. */
final class SubtaskEngine implements AutoCloseable {
  private final InferenceSettings settings;
  private final ServedModel served;
  private final ContinuousBatcher batcher;

  private SubtaskEngine(InferenceSettings settings, ServedModel served, ContinuousBatcher batcher) {
    this.settings = settings;
    this.served = served;
    this.batcher = batcher;
  }

  /**
   * Loads the settings' model and starts the engine's thread.
   *
   * @param subtasks that may share this host's processors
   * @throws dev.dolly.engine.model.ModelFormatException one line that names the file
   */
  static SubtaskEngine start(InferenceSettings settings, int subtasks, BatchListener listener) {
    ServedModel served = ServedModel.load(settings, subtasks);
    try {
      BatchSettings batch =
          new BatchSettings(
              settings.maxBatch(),
              settings.prefillChunk(),
              settings.cacheBytes(),
              settings.deterministic());
      return new SubtaskEngine(
          settings, served, ContinuousBatcher.start(served.model(), batch, listener));
    } catch (RuntimeException | Error e) { // no room for the cache: the weights have no owner yet
      served.close();
      throw e;
    }
  }

  /** Requests that are answered here. They show in the metrics from now on. */
  InFlightRequests requests(
      Outlet outlet, Quarantine quarantine, InferenceMetrics metrics, Clock clock) {
    PatientRegistry registry =
        new PatientRegistry(SchemaRegistries.connect(settings.schemaRegistry()));
    InFlightRequests requests =
        new InFlightRequests(
            served,
            batcher,
            new Intake(new RecordSerde<>(TopicCatalogue.PROMPTS, registry), served.prompts()),
            new Responses(served, batcher.fingerprint(), settings.deterministic()),
            new RecordWriter(registry),
            outlet,
            quarantine,
            metrics,
            settings.chunkInterval(),
            clock);
    metrics.modelLoaded();
    metrics.watch(
        requests::size,
        requests::outside,
        batcher,
        served.model(),
        settings.maxBatch(),
        settings.transactionTimeout().toMillis());
    return requests;
  }

  @Override
  public void close() {
    batcher.close(); // first: it computes with the model
    served.close();
  }
}
