package dev.dolly.schemas.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.digest.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Names the records of one file by their content: hex SHA-256 over instruction, context, response
 * and category in UTF-8, each after its length in bytes as four bytes, big-endian, and the number
 * of earlier records of the same content as four more. So all records of a file stay, and files
 * that overlap collapse.
 *
 * <p>One object a file, asked in the order of the file. At most 32 bytes of memory a record. One
 * thread.
 */
public final class RecordIds {
  private final DigestCounts seen = new DigestCounts();

  /** The id of the file's next record. */
  public String next(InstructionText text) {
    MessageDigest digest = Sha256.start();
    for (String field :
        List.of(text.instruction(), text.context(), text.response(), text.category())) {
      byte[] bytes = field.getBytes(UTF_8);
      digest.update(fourBytes(bytes.length));
      digest.update(bytes);
    }
    digest.update(fourBytes(seen.add(copyOf(digest).digest())));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] fourBytes(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static MessageDigest copyOf(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-256 can be copied", e);
    }
  }
}
