package dev.dolly.ingest.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.dataset.DigestCounts;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.digest.Sha256;
import java.security.MessageDigest;

/**
 * The dead letters that earlier loads wrote of a file, by line and bytes, so that loading it again
 * writes none twice; at most 32 bytes of memory each. One thread.
 */
public final class FileLetters {
  /** The partition of a dead letter's origin that stands for a file. */
  static final int FILE = -1;

  private final String file;
  private final DigestCounts letters = new DigestCounts();
  private final MessageDigest digest = Sha256.start();

  /**
   * @param file as origins name it
   */
  public FileLetters(String file) {
    this.file = file;
  }

  /** Takes a dead letter of the topic, whatever it is of. */
  public void take(DeadLetter letter) {
    if (letter.getOrigin().getPartition() == FILE && letter.getOrigin().getSource().equals(file)) {
      letters.put(digest(letter), 1);
    }
  }

  /** Whether one of the same line and bytes was taken. */
  boolean contains(DeadLetter letter) {
    return letters.size() > 0 && letters.get(digest(letter)) > 0;
  }

  private byte[] digest(DeadLetter letter) {
    digest.update(DeadLetters.key(letter).getBytes(UTF_8));
    digest.update((byte) 0);
    digest.update(letter.getPayload().duplicate());
    return digest.digest();
  }
}
