package dev.dolly.schemas.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.prompt.Rejection;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is left of a dataset topic at its upper bound: of each key the last record, none that was
 * retracted. Records of one key come in the order of their offsets; keys in any. One thread.
 *
 * @param <P> how places are named
 */
public final class DatasetFold<P> {
  private final RecordSerde<InstructionRecord> serde;
  private final SortedMap<String, Kept<P>> records = new TreeMap<>();

  /**
   * A record that is left.
   *
   * @param place where it lies
   * @param value as it lies there; nobody changes it
   */
  public record Kept<P>(String id, InstructionText text, P place, byte[] value) {}

  public DatasetFold(RecordSerde<InstructionRecord> serde) {
    this.serde = serde;
  }

  /**
   * Takes the next record; says why if it is none.
   *
   * @param key null: it has none
   * @param value null: the record of that key is retracted
   */
  public Optional<Rejection> add(P place, byte[] key, byte[] value) {
    if (key == null) {
      return bad(place, ErrorCode.BAD_RECORD, "it has no key, which has to be the record's id");
    }
    String id = new String(key, UTF_8);
    if (value == null) {
      records.remove(id);
      return Optional.empty();
    }
    Decoded<InstructionRecord> decoded = serde.decode(value);
    if (decoded instanceof Decoded.Broken<InstructionRecord> broken) {
      return bad(place, broken.code(), broken.message());
    }
    InstructionRecord record = ((Decoded.Value<InstructionRecord>) decoded).record();
    if (!record.getId().equals(id)) {
      return bad(place, ErrorCode.BAD_RECORD, "its key " + id + " is not its id " + record.getId());
    }
    InstructionText text =
        new InstructionText(
            record.getInstruction(),
            record.getContext(),
            record.getResponse(),
            record.getCategory());
    records.put(id, new Kept<>(id, text, place, value));
    return Optional.empty();
  }

  private Optional<Rejection> bad(P place, ErrorCode code, String message) {
    return Optional.of(new Rejection(code, "the record at " + place + ": " + message));
  }

  /** In the order of their ids. */
  public Collection<Kept<P>> records() {
    return Collections.unmodifiableCollection(records.values());
  }
}
