package dev.dolly.training.topic;

import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.dataset.DatasetFold;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.training.run.GivenUp;
import dev.dolly.training.run.RecordPlace;
import dev.dolly.training.run.TrainingRecord;
import java.util.List;
import java.util.Optional;

/** What is left of a topic at its upper bound, as a run takes it. One thread. */
public final class TopicFold {
  private final DatasetFold<RecordPlace> fold;

  public TopicFold(RecordSerde<InstructionRecord> serde) {
    this.fold = new DatasetFold<>(serde);
  }

  /** Takes the next record, see {@link DatasetFold}; says why if it is none. */
  public Optional<GivenUp> add(TopicRecord record) {
    byte[] payload = record.value() == null ? new byte[0] : record.value();
    return fold.add(record.place(), record.key(), record.value())
        .map(why -> new GivenUp(record.place(), payload, why.code(), why.message()));
  }

  /** In the order of their ids. */
  public List<TrainingRecord> records() {
    return fold.records().stream()
        .map(kept -> new TrainingRecord(kept.id(), kept.text(), kept.place(), kept.value()))
        .toList();
  }
}
