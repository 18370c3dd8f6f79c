package dev.dolly.client;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the checkpoint topic says of all models, as it was when it was read. */
public final class ModelHistories {
  private final Map<String, ModelHistory> histories = new TreeMap<>();

  private ModelHistories() {}

  /** Reads the topic from its beginning to its end. */
  public static ModelHistories read(String bootstrap, PatientRegistry registry) {
    ModelHistories all = new ModelHistories();
    RecordSerde<CheckpointEvent> serde = new RecordSerde<>(TopicCatalogue.CHECKPOINTS, registry);
    try (TopicReader reader =
        new TopicReader(
            bootstrap,
            List.of(TopicCatalogue.CHECKPOINTS.name()),
            new StartingPoint.Earliest(),
            TopicReader.PATIENCE)) {
      reader.readToEnd(
          record -> {
            if (record.value() != null
                && serde.decode(record.value()) instanceof Decoded.Value<CheckpointEvent> event) {
              all.add(new RecordedEvent(record.offset(), event.record()));
            }
          });
    }
    return all;
  }

  private void add(RecordedEvent event) {
    histories.computeIfAbsent(event.event().getModel(), ModelHistory::new).add(event);
  }

  /** One a model, by name. */
  public Collection<ModelHistory> all() {
    return List.copyOf(histories.values());
  }
}
