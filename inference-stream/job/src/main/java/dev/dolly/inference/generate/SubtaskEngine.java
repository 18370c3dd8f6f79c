package dev.dolly.inference.generate;

import dev.dolly.engine.batch.BatchListener;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.EngineThread;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.metrics.InferenceMetrics;
import dev.dolly.inference.model.CheckpointTopic;
import dev.dolly.inference.model.ControlRecord;
import dev.dolly.inference.model.ModelLoader;
import dev.dolly.inference.model.ModelState;
import dev.dolly.inference.model.ServedModel;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.Consumer;

/** What computes in one subtask: its models, the thread they share, and who tells of new ones. */
final class SubtaskEngine implements AutoCloseable {
  private final InferenceSettings settings;
  private final ModelLoader loader;
  private final BatchListener listener;
  private final Executor owner;
  private final PatientRegistry registry;
  private final EngineThread thread;
  private final CheckpointTopic topic;
  private final ModelLife models;

  /**
   * Begins nothing yet.
   *
   * @param loader closed with this
   * @param consumer of the checkpoint topic; closed with this
   * @param listener hears of each step
   * @param changes hears of what becomes of models
   * @param owner runs what it is given on the operator's thread, or never if that ends
   */
  SubtaskEngine(
      InferenceSettings settings,
      ModelLoader loader,
      Consumer<byte[], byte[]> consumer,
      BatchListener listener,
      ModelListener changes,
      Executor owner) {
    this.settings = settings;
    this.loader = loader;
    this.listener = listener;
    this.owner = owner;
    registry = new PatientRegistry(SchemaRegistries.connect(settings.schemaRegistry()));
    topic = new CheckpointTopic(consumer, new RecordSerde<>(TopicCatalogue.CHECKPOINTS, registry));
    thread = EngineThread.start(loader.threads());
    models = new ModelLife(settings.modelName(), new Loads(loader, this::resident), owner, changes);
  }

  private Resident resident(ServedModel served) {
    BatchSettings batch =
        new BatchSettings(
            settings.maxBatch(),
            settings.prefillChunk(),
            settings.cacheBytes(),
            settings.deterministic());
    return new Resident(
        served,
        ContinuousBatcher.on(thread, served.model(), batch, listener),
        settings.deterministic());
  }

  /** Requests that are answered here. They show in the metrics from now on. */
  InFlightRequests requests(
      Outlet outlet, Quarantine quarantine, InferenceMetrics metrics, Clock clock) {
    InFlightRequests requests =
        new InFlightRequests(
            models.models(),
            new Intake(new RecordSerde<>(TopicCatalogue.PROMPTS, registry)),
            new RecordWriter(registry),
            outlet,
            quarantine,
            metrics,
            settings.chunkInterval(),
            clock);
    metrics.watch(
        requests::size,
        requests::outside,
        models.engines(),
        settings.maxBatch(),
        settings.transactionTimeout().toMillis());
    return requests;
  }

  /**
   * Reads the checkpoint topic and loads what is to run; waits for both.
   *
   * @param pinned models of requests in flight
   */
  void begin(Optional<ModelState> state, Collection<ModelRef> pinned) throws InterruptedException {
    models.begin(topic.read(), state, pinned);
  }

  /** The requests that go on are in: follows the topic. */
  void goOn() {
    models.goOn();
    topic.follow(
        new CheckpointTopic.Listener() {
          @Override
          public void arrived(List<ControlRecord> records) {
            owner.execute(() -> models.announced(records));
          }

          @Override
          public void failed(RuntimeException reason) {
            owner.execute(
                () -> {
                  throw reason;
                });
          }
        });
  }

  /** For the operator's state. */
  ModelState snapshot() {
    return models.snapshot();
  }

  @Override
  public void close() {
    topic.close();
    models.close();
    loader.close();
    thread.close();
  }
}
