package dev.dolly.ingest.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.DatasetSource;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Puts the records of a file onto a topic under their ids, those that it has not got yet: so a file
 * may be loaded again, also after a loader that died midway, and files may overlap. What is no
 * record goes to the dead letters in the same transactions, unless an earlier load sent it there.
 * One thread.
 */
public final class DatasetLoader {
  /** A smaller file comes as a whole or not at all; readers wait no longer than for so many. */
  static final int TRANSACTION_RECORDS = 100_000;

  private static final DeadLetters LETTERS = new DeadLetters(Stage.ingest);

  private final LoadTransactions transactions;
  private final RecordSerde<InstructionRecord> records;
  private final RecordSerde<DeadLetter> letters;
  private final String topic;
  private final TopicIds ids;
  private final Function<String, FileLetters> earlier;

  /**
   * What became of a file.
   *
   * @param written records that the topic had not got
   * @param present records that it had already
   * @param refused entries that are no records
   */
  public record Loaded(long written, long present, long refused) {
    /** All entries of the file. */
    public long entries() {
      return written + present + refused;
    }
  }

  /** Hears how it goes, on the thread that loads. */
  public interface Listener {
    /** An entry is no record. */
    void refused(DatasetEntry.Broken entry);

    /** So much of the file is dealt with. */
    void progressed(Loaded soFar);
  }

  /**
   * @param producer with a transactional id of the topic's, initialised, so that no other loader of
   *     the topic writes from now on; the caller's
   * @param ids of the topic, read since
   * @param earlier what there is of a file's dead letters, by its name; asked for at the first
   *     entry that is no record
   */
  public DatasetLoader(
      Producer<byte[], byte[]> producer,
      String topic,
      RecordSerde<InstructionRecord> records,
      RecordSerde<DeadLetter> letters,
      TopicIds ids,
      Function<String, FileLetters> earlier) {
    this.topic = topic;
    this.transactions = new LoadTransactions(producer, topic, TRANSACTION_RECORDS);
    this.records = records;
    this.letters = letters;
    this.ids = ids;
    this.earlier = earlier;
  }

  /**
   * Loads a file; when it returns, all of it is committed. It is read twice: each record names the
   * digest of the whole file.
   *
   * @param name of the dataset
   * @param licence SPDX identifier
   * @param strict whether nothing is written when an entry is no record
   * @throws IOException when the file cannot be read
   * @throws RefusedDatasetException in strict mode
   * @throws LoaderFencedException when another loader began
   */
  public Loaded load(
      DatasetInput file, String name, String licence, boolean strict, Listener listener)
      throws IOException {
    String digest = check(file, strict, listener);
    DatasetSource source = new DatasetSource(name, licence, digest);
    Count count = new Count();
    FileLetters[] known = new FileLetters[1];
    ReadAhead.read(
        file,
        entry -> {
          if (entry instanceof DatasetEntry.Broken broken) {
            count.refused++;
            listener.refused(broken);
            if (known[0] == null) {
              known[0] = earlier.apply(file.name());
            }
            refuse(file, broken, known[0]);
          } else if (entry instanceof DatasetEntry.Found found) {
            if (ids.contains(found.id())) {
              count.present++;
            } else {
              count.written++;
              write(found, source);
            }
          }
          listener.progressed(count.loaded());
        });
    transactions.commit();
    return count.loaded();
  }

  /**
   * Takes records back: writes a null value for each that the topic has.
   *
   * @return how many
   * @throws LoaderFencedException when another loader began
   */
  public long retract(Iterable<String> retracted) {
    long count = 0;
    for (String id : retracted) {
      if (ids.contains(id)) {
        transactions.send(new ProducerRecord<>(topic, id.getBytes(UTF_8), null));
        ids.remove(id);
        count++;
      }
    }
    transactions.commit();
    return count;
  }

  /**
   * The offset behind the last record that this wrote, by partition. A broker answers a commit
   * before it has marked the partitions: readers of committed records see all a moment later.
   */
  public Map<TopicPartition, Long> ends() {
    return transactions.ends();
  }

  /** Reads it once; returns its digest. */
  private static String check(DatasetInput file, boolean strict, Listener listener)
      throws IOException {
    if (!strict) {
      try (InputStream in = file.open()) {
        return DatasetFile.digest(in);
      }
    }
    Count count = new Count();
    String digest =
        read(
            file,
            entry -> {
              if (entry instanceof DatasetEntry.Broken broken) {
                count.refused++;
                listener.refused(broken);
              }
            });
    if (count.refused > 0) {
      throw new RefusedDatasetException(file.name(), count.refused);
    }
    return digest;
  }

  private static String read(DatasetInput file, Consumer<DatasetEntry> consumer)
      throws IOException {
    try (InputStream in = file.open()) {
      return DatasetFile.read(file.name(), in, consumer::accept);
    }
  }

  private void write(DatasetEntry.Found found, DatasetSource source) {
    InstructionText text = found.text();
    InstructionRecord record =
        new InstructionRecord(
            found.id(),
            text.instruction(),
            text.context(),
            text.response(),
            text.category(),
            source,
            System.currentTimeMillis());
    transactions.send(
        new ProducerRecord<>(topic, found.id().getBytes(UTF_8), records.encode(record)));
  }

  private void refuse(DatasetInput file, DatasetEntry.Broken broken, FileLetters known) {
    DeadLetter letter =
        LETTERS.of(
            broken.reason().code(),
            "%s, line %d: %s".formatted(file.name(), broken.line() + 1, broken.reason().message()),
            null,
            new DeadLetterOrigin(file.name(), FileLetters.FILE, broken.line()),
            broken.bytes(),
            System.currentTimeMillis());
    if (known.contains(letter)) {
      return;
    }
    transactions.send(
        new ProducerRecord<>(
            TopicCatalogue.DEAD_LETTERS.name(),
            DeadLetters.key(letter).getBytes(UTF_8),
            letters.encode(letter)));
  }

  private static final class Count {
    private long written;
    private long present;
    private long refused;

    Loaded loaded() {
      return new Loaded(written, present, refused);
    }
  }
}
