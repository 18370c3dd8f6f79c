package dev.dolly.ingest.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.DatasetSource;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.schemas.serde.RecordSerde;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Puts the records of a file onto a topic under their ids. Loading a file again changes nothing for
 * readers, who take the last record of each id. One thread; the producer stays the caller's.
 */
public final class DatasetLoader {
  private final Producer<byte[], byte[]> producer;
  private final RecordSerde<InstructionRecord> serde;
  private final String topic;

  /** What became of a file. */
  public record Loaded(long records, long broken) {}

  public DatasetLoader(
      Producer<byte[], byte[]> producer, RecordSerde<InstructionRecord> serde, String topic) {
    this.producer = producer;
    this.serde = serde;
    this.topic = topic;
  }

  /**
   * Loads a file and waits until the broker has all of it.
   *
   * @param name of the dataset
   * @param licence SPDX identifier
   * @param broken hears of entries that are no records; the others are loaded
   * @throws KafkaException when the broker does not take one
   */
  public Loaded load(Path file, String name, String licence, Consumer<DatasetEntry.Broken> broken)
      throws IOException {
    String digest = DatasetFile.read(file, entry -> {}); // each record names the whole file
    DatasetSource source = new DatasetSource(name, licence, digest);
    long[] counts = new long[2];
    AtomicReference<Exception> failure = new AtomicReference<>();
    DatasetFile.read(
        file,
        entry -> {
          if (entry instanceof DatasetEntry.Found found) {
            counts[0]++;
            send(found, source, failure);
          } else if (entry instanceof DatasetEntry.Broken none) {
            counts[1]++;
            broken.accept(none);
          }
        });
    producer.flush();
    requireNone(failure);
    return new Loaded(counts[0], counts[1]);
  }

  private void send(
      DatasetEntry.Found found, DatasetSource source, AtomicReference<Exception> failure) {
    requireNone(failure);
    InstructionText text = found.text();
    InstructionRecord record =
        InstructionRecord.newBuilder()
            .setId(found.id())
            .setInstruction(text.instruction())
            .setContext(text.context())
            .setResponse(text.response())
            .setCategory(text.category())
            .setDataset(source)
            .setLoadedAt(System.currentTimeMillis())
            .build();
    producer.send(
        new ProducerRecord<>(topic, found.id().getBytes(UTF_8), serde.encode(record)),
        (place, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
  }

  private void requireNone(AtomicReference<Exception> failure) {
    if (failure.get() != null) {
      throw new KafkaException(
          "topic " + topic + " did not take a record: " + failure.get().getMessage(),
          failure.get());
    }
  }
}
