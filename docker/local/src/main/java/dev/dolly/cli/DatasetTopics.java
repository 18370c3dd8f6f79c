package dev.dolly.cli;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.ingest.dataset.DatasetLoader;
import dev.dolly.ingest.dataset.DatasetLoader.Loaded;
import dev.dolly.ingest.dataset.FileLetters;
import dev.dolly.ingest.dataset.TopicIds;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Loads datasets onto topics of a cluster, which are made where they are missing. */
record DatasetTopics(Cluster cluster, Terminal terminal) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(10);

  @FunctionalInterface
  private interface Work<T> {
    T with(DatasetLoader loader) throws IOException;
  }

  /**
   * Loads a file; says on standard error how far it is, and what is no record in it.
   *
   * @param strict whether nothing is written when something is none
   */
  Loaded load(NamedDataset dataset, String topic, boolean strict) {
    return on(
        topic,
        loader ->
            loader.load(
                dataset.input(), dataset.name(), dataset.licence(), strict, listener(dataset)));
  }

  /**
   * Takes records back.
   *
   * @return how many the topic had
   */
  long retract(Iterable<String> ids, String topic) {
    return on(topic, loader -> loader.retract(ids));
  }

  private <T> T on(String name, Work<T> work) {
    Topic<InstructionRecord> topic = TopicCatalogue.dataset(name);
    cluster.create(List.of(topic, TopicCatalogue.DEAD_LETTERS));
    PatientRegistry schemas = cluster.schemas();
    // The producer first: once it is there no other loader adds to what is read then.
    KafkaProducer<byte[], byte[]> producer = cluster.transactionalProducer("dolly-load-" + name);
    boolean done = false;
    try {
      RecordSerde<DeadLetter> letters = new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, schemas);
      DatasetLoader loader =
          new DatasetLoader(
              producer,
              name,
              new RecordSerde<>(topic, schemas),
              letters,
              ids(name),
              file -> letters(file, letters));
      T result = work.with(loader);
      awaitVisible(loader.ends());
      done = true;
      return result;
    } catch (IOException e) {
      throw new CommandException("cannot read it: " + e.getMessage(), e);
    } finally {
      // Not committed is not written: nothing has to be waited for after a failure.
      producer.close(done ? Duration.ofMillis(Long.MAX_VALUE) : Duration.ZERO);
    }
  }

  /** Whoever reads the topics next, to train say, finds all that was written. */
  private void awaitVisible(Map<TopicPartition, Long> ends) {
    if (ends.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    ends.keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (Admin admin = cluster.admin()) {
      while (System.nanoTime() < end) {
        Map<TopicPartition, ListOffsetsResultInfo> committed =
            admin
                .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get();
        if (ends.entrySet().stream()
            .allMatch(e -> committed.get(e.getKey()).offset() >= e.getValue())) {
          return;
        }
        LockSupport.parkNanos(LOOK.toNanos());
      }
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    throw new CommandException(
        "all is committed, but readers do not see it after "
            + PATIENCE.toSeconds()
            + " s: another transaction is open on the topic");
  }

  private TopicIds ids(String topic) {
    ProgressLine progress = new ProgressLine(terminal);
    TopicIds ids = new TopicIds();
    readAll(
        topic,
        record -> {
          ids.take(record);
          progress.show(() -> "%s has %,d records so far".formatted(topic, ids.size()));
        });
    return ids;
  }

  private FileLetters letters(String file, RecordSerde<DeadLetter> serde) {
    FileLetters letters = new FileLetters(file);
    readAll(
        TopicCatalogue.DEAD_LETTERS.name(),
        record -> {
          if (record.value() != null
              && serde.decode(record.value()) instanceof Decoded.Value<DeadLetter> letter) {
            letters.take(letter.record());
          }
        });
    return letters;
  }

  private void readAll(String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    try (TopicReader reader =
        new TopicReader(
            cluster.bootstrap(),
            List.of(topic),
            new StartingPoint.Earliest(),
            TopicReader.PATIENCE)) {
      reader.readToEnd(each);
    }
  }

  private DatasetLoader.Listener listener(NamedDataset dataset) {
    ProgressLine progress = new ProgressLine(terminal);
    long start = System.nanoTime();
    return new DatasetLoader.Listener() {
      @Override
      public void refused(DatasetEntry.Broken entry) {
        terminal.progress(dataset.refusal(entry));
      }

      @Override
      public void progressed(Loaded soFar) {
        progress.show(
            () ->
                "%s: %,d new records, %,d already there, %.0f a second"
                    .formatted(
                        dataset.name(),
                        soFar.written(),
                        soFar.present(),
                        soFar.entries() / ((System.nanoTime() - start) / 1e9)));
      }
    };
  }
}
