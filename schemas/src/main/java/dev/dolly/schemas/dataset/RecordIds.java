package dev.dolly.schemas.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Names the records of one file by their content: hex SHA-256 over instruction, context, response
 * and category in UTF-8, each after its length in bytes as four bytes, big-endian, and the number
 * of earlier records of the same content as four more. So all records of a file stay, and files
 * that overlap collapse.
 *
 * <p>One object a file, asked in the order of the file. One thread.
 */
public final class RecordIds {
  private final Map<ByteBuffer, Integer> seen = new HashMap<>();

  /** The id of the file's next record. */
  public String next(InstructionText text) {
    MessageDigest digest = sha256();
    for (String field :
        List.of(text.instruction(), text.context(), text.response(), text.category())) {
      byte[] bytes = field.getBytes(UTF_8);
      digest.update(fourBytes(bytes.length));
      digest.update(bytes);
    }
    int earlier = seen.merge(ByteBuffer.wrap(copyOf(digest).digest()), 1, Integer::sum) - 1;
    digest.update(fourBytes(earlier));
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
