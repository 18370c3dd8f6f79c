package dev.dolly.ingest.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.dataset.DigestCounts;
import dev.dolly.schemas.digest.Sha256;
import java.security.MessageDigest;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The ids that a dataset topic has, less those retracted by a null value; at most 32 bytes of
 * memory an id. One thread.
 */
public final class TopicIds {
  private final DigestCounts live = new DigestCounts();
  private final MessageDigest digest = Sha256.start();

  /** Takes the topic's next record; those of one id lie in one partition and come in order. */
  public void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() != null) {
      live.put(digest.digest(record.key()), record.value() == null ? 0 : 1);
    }
  }

  /** Whether the topic has a record of that id. */
  public boolean contains(String id) {
    return live.size() > 0 && live.get(digest.digest(id.getBytes(UTF_8))) > 0;
  }

  /** How many there are. */
  public long size() {
    return live.size();
  }

  /** It is gone. */
  void remove(String id) {
    live.put(digest.digest(id.getBytes(UTF_8)), 0);
  }
}
