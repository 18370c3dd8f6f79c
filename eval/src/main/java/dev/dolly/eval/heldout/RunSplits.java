package dev.dolly.eval.heldout;

import dev.dolly.engine.example.Built;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.engine.example.Split;
import dev.dolly.engine.example.TestSize;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.eval.heldout.HeldOutSplit.Absent;
import dev.dolly.eval.heldout.HeldOutSplit.Found;
import dev.dolly.eval.heldout.HeldOutSplit.Reason;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.DatasetRange;
import dev.dolly.schemas.dataset.DatasetFold;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * What the run behind a checkpoint held out, found again from its event: the offsets that it read,
 * less what was retracted within them, without what makes no example, in the order of the ids,
 * split by its seed. One thread.
 */
public final class RunSplits {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;
  private final PatientRegistry registry;

  /**
   * @param consumer that reads committed records only; stays the caller's, who reads nothing else
   *     with it meanwhile
   */
  public RunSplits(Consumer<byte[], byte[]> consumer, PatientRegistry registry) {
    this.consumer = consumer;
    this.registry = registry;
  }

  /**
   * The split of the event's run.
   *
   * @param model the event's own: what is too long for its window was not split
   */
  public HeldOutSplit of(CheckpointEvent event, ModelDirectory model) {
    Map<String, String> options = event.getRun().getOptions();
    String testSize = options.get("test-size");
    String seed = options.get("seed");
    if (event.getDataset().isEmpty() || testSize == null || seed == null) {
      return absent(event, Reason.NO_RUN, "its event does not say what it was trained on");
    }
    if (event.getDataset().stream().anyMatch(range -> range.getPartition() < 0)) {
      return absent(
          event,
          Reason.TRAINED_ON_A_FILE,
          "it was trained on " + event.getDataset().get(0).getTopic() + ", a file");
    }
    Optional<String> gone = gone(event.getDataset());
    if (gone.isPresent()) {
      return absent(event, Reason.RECORDS_GONE, gone.get());
    }
    Set<String> wanted =
        Arrays.stream(options.getOrDefault("category", "").split(","))
            .map(String::strip)
            .filter(category -> !category.isEmpty())
            .collect(Collectors.toSet());
    List<HeldOutRecord> usable =
        usable(
            read(event.getDataset()).records().stream()
                .map(kept -> new HeldOutRecord(kept.id(), kept.text()))
                .filter(record -> wanted.isEmpty() || wanted.contains(record.text().category()))
                .toList(),
            model);
    boolean shuffle = !Boolean.parseBoolean(options.get("no-shuffle"));
    Split split = Split.of(usable.size(), Long.parseLong(seed), shuffle, TestSize.parse(testSize));
    if (split.heldOut().length == 0) {
      return absent(
          event, Reason.NOTHING_HELD_OUT, "its run held nothing out: test-size " + testSize);
    }
    return new Found(Arrays.stream(split.heldOut()).mapToObj(usable::get).toList());
  }

  private static List<HeldOutRecord> usable(List<HeldOutRecord> records, ModelDirectory model) {
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      ExampleBuilder builder = new ExampleBuilder(tokenizer, model.config().window());
      return records.stream()
          .filter(record -> record.build(builder) instanceof Built.Ready)
          .toList();
    }
  }

  private static HeldOutSplit absent(CheckpointEvent event, Reason reason, String why) {
    return new Absent(reason, "%s %s: %s".formatted(event.getModel(), event.getVersion(), why));
  }

  /** What is missing of the ranges, if anything is. */
  private Optional<String> gone(List<DatasetRange> ranges) {
    List<TopicPartition> partitions = ranges.stream().map(RunSplits::partition).toList();
    Map<String, Integer> counts =
        ranges.stream()
            .map(DatasetRange::getTopic)
            .distinct()
            .collect(Collectors.toMap(Function.identity(), this::partitions));
    for (DatasetRange range : ranges) {
      if (range.getPartition() >= counts.get(range.getTopic())) {
        return Optional.of("there is no partition " + partition(range));
      }
    }
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    for (DatasetRange range : ranges) {
      long begin = begins.get(partition(range));
      long end = ends.get(partition(range));
      if (range.getFromOffset() < range.getToOffset()
          && (begin > range.getFromOffset() || end < range.getToOffset())) {
        return Optional.of(
            "%s has offsets %d-%d, and the run read %d-%d"
                .formatted(
                    partition(range), begin, end, range.getFromOffset(), range.getToOffset()));
      }
    }
    return Optional.empty();
  }

  private int partitions(String topic) {
    List<PartitionInfo> partitions = consumer.partitionsFor(topic);
    return partitions == null ? 0 : partitions.size();
  }

  private DatasetFold<TopicPartition> read(List<DatasetRange> ranges) {
    DatasetFold<TopicPartition> fold =
        new DatasetFold<>(
            new RecordSerde<>(TopicCatalogue.dataset(ranges.get(0).getTopic()), registry));
    for (DatasetRange range : ranges) {
      TopicPartition partition = partition(range);
      consumer.assign(List.of(partition));
      consumer.seek(partition, range.getFromOffset());
      while (consumer.position(partition) < range.getToOffset()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < range.getToOffset()) {
            fold.add(partition, record.key(), record.value()); // the run named what is none
          }
        }
      }
    }
    return fold;
  }

  private static TopicPartition partition(DatasetRange range) {
    return new TopicPartition(range.getTopic(), range.getPartition());
  }
}
