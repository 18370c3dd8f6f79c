package dev.dolly.training.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.training.run.GivenUp;
import dev.dolly.training.run.TrainingRecord;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is left of a topic at its upper bound: of each key the last record, none that was retracted.
 * Records of one key come in the order of their offsets; keys in any. One thread.
 */
public final class TopicFold {
  private final RecordSerde<InstructionRecord> serde;
  private final SortedMap<String, TrainingRecord> records = new TreeMap<>();

  public TopicFold(RecordSerde<InstructionRecord> serde) {
    this.serde = serde;
  }

  /** Takes the next record; says why if it is none. */
  public Optional<GivenUp> add(TopicRecord record) {
    if (record.key() == null) {
      return bad(record, ErrorCode.BAD_RECORD, "it has no key, which has to be the record's id");
    }
    String key = new String(record.key(), UTF_8);
    if (record.value() == null) {
      records.remove(key);
      return Optional.empty();
    }
    Decoded<InstructionRecord> decoded = serde.decode(record.value());
    if (decoded instanceof Decoded.Broken<InstructionRecord> broken) {
      return bad(record, broken.code(), broken.message());
    }
    InstructionRecord value = ((Decoded.Value<InstructionRecord>) decoded).record();
    if (!value.getId().equals(key)) {
      return bad(
          record, ErrorCode.BAD_RECORD, "its key " + key + " is not its id " + value.getId());
    }
    InstructionText text =
        new InstructionText(
            value.getInstruction(), value.getContext(), value.getResponse(), value.getCategory());
    records.put(key, new TrainingRecord(key, text, record.place(), record.value()));
    return Optional.empty();
  }

  private static Optional<GivenUp> bad(TopicRecord record, ErrorCode code, String message) {
    byte[] payload = record.value() == null ? new byte[0] : record.value();
    return Optional.of(
        new GivenUp(
            record.place(), payload, code, "the record at " + record.place() + ": " + message));
  }

  /** In the order of their ids. */
  public Collection<TrainingRecord> records() {
    return Collections.unmodifiableCollection(records.values());
  }
}
