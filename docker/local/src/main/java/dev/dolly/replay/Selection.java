package dev.dolly.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.client.PartitionReader;
import dev.dolly.client.PartitionReader.Span;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Which records of a topic are replayed. They come partition by partition in the order of their
 * offsets, whatever else is written meanwhile.
 *
 * @param spans where they lie
 * @param key that they have; empty: any
 * @param filter of the others
 * @param lastOfKey whether only the last record of a key counts, and none that a null value
 *     retracted: so it is with datasets
 * @param sample how many of them, drawn by the seed; empty: all
 * @param seed the same seed draws the same records again
 */
public record Selection(
    List<Span> spans,
    Optional<String> key,
    Predicate<ConsumerRecord<byte[], byte[]>> filter,
    boolean lastOfKey,
    OptionalInt sample,
    long seed) {

  /** A record and its number in the lottery. */
  private record Lot(long number, ConsumerRecord<byte[], byte[]> record) {}

  /**
   * Reads them. Memory is the sample's records and, where the last of a key counts, the keys of one
   * partition: a key's records lie in one.
   *
   * @return how many there were
   */
  public long read(PartitionReader reader, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    PriorityQueue<Lot> drawn =
        new PriorityQueue<>(Comparator.comparingLong(Lot::number).reversed());
    long[] count = new long[1];
    for (Span span : spans) {
      Map<ByteBuffer, Long> last = lastOfKey ? lastOffsets(reader, span) : Map.of();
      read(
          reader,
          span,
          record -> {
            if (!counts(record, last) || !filter.test(record)) {
              return;
            }
            count[0]++;
            if (sample.isEmpty()) {
              each.accept(record);
            } else {
              draw(drawn, record);
            }
          });
    }
    List<Lot> lots = new ArrayList<>(drawn);
    lots.stream()
        .map(Lot::record)
        .sorted(
            Comparator.<ConsumerRecord<byte[], byte[]>>comparingInt(ConsumerRecord::partition)
                .thenComparingLong(ConsumerRecord::offset))
        .forEach(each);
    return sample.isEmpty() ? count[0] : lots.size();
  }

  private boolean counts(ConsumerRecord<byte[], byte[]> record, Map<ByteBuffer, Long> last) {
    if (record.value() == null) {
      return false;
    }
    if (key.isPresent()
        && (record.key() == null || !key.get().equals(new String(record.key(), UTF_8)))) {
      return false;
    }
    return !lastOfKey
        || record.key() == null
        || last.get(ByteBuffer.wrap(record.key())) == record.offset();
  }

  private static Map<ByteBuffer, Long> lastOffsets(PartitionReader reader, Span span) {
    Map<ByteBuffer, Long> last = new HashMap<>();
    read(
        reader,
        span,
        record -> {
          if (record.key() != null) {
            last.put(ByteBuffer.wrap(record.key()), record.offset());
          }
        });
    return last;
  }

  private static void read(
      PartitionReader reader, Span span, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    reader.read(span.partition(), span.from(), span.to(), each);
  }

  /** Keeps the lowest numbers: who comes first does not matter. */
  private void draw(PriorityQueue<Lot> drawn, ConsumerRecord<byte[], byte[]> record) {
    drawn.add(new Lot(number(record), record));
    if (drawn.size() > sample.getAsInt()) {
      drawn.poll();
    }
  }

  private long number(ConsumerRecord<byte[], byte[]> record) {
    return mixed(mixed(mixed(seed) + record.partition()) + record.offset());
  }

  private static long mixed(long number) {
    return new SplittableRandom(number).nextLong();
  }
}
