package dev.dolly.schemas.deadletter;

import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Stage;
import java.nio.ByteBuffer;

/**
 * Makes the dead letters of one stage, small enough for their topic.
 *
 * @param stage who gives records up
 * @param payloadLimit bytes of a record's value that are kept
 */
public record DeadLetters(Stage stage, int payloadLimit) {

  /** As many bytes as a record of the raw topic can have, so that none is cut without need. */
  public static final int DEFAULT_PAYLOAD_LIMIT = 1024 * 1024;

  private static final int MESSAGE_LIMIT = 2000;

  public DeadLetters {
    if (payloadLimit < 0) {
      throw new IllegalArgumentException("payload limit must be at least 0: " + payloadLimit);
    }
  }

  public DeadLetters(Stage stage) {
    this(stage, DEFAULT_PAYLOAD_LIMIT);
  }

  /**
   * A dead letter.
   *
   * @param message one line; a longer one than 2,000 characters is cut
   * @param requestId null if it could not be read
   * @param payload the record's value as it was found; null is kept as no bytes
   * @param occurredAt epoch ms
   */
  public DeadLetter of(
      ErrorCode code,
      String message,
      String requestId,
      DeadLetterOrigin origin,
      byte[] payload,
      long occurredAt) {
    int size = payload == null ? 0 : payload.length;
    ByteBuffer kept =
        size == 0
            ? ByteBuffer.allocate(0)
            : ByteBuffer.wrap(payload, 0, Math.min(size, payloadLimit));
    return DeadLetter.newBuilder()
        .setStage(stage)
        .setErrorCode(code)
        .setMessage(message.length() > MESSAGE_LIMIT ? cut(message) : message)
        .setRequestId(requestId)
        .setOrigin(origin)
        .setPayload(kept)
        .setPayloadSize(size)
        .setOccurredAt(occurredAt)
        .build();
  }

  private static String cut(String message) {
    int end = MESSAGE_LIMIT - 1;
    return message.substring(0, Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end)
        + "…";
  }

  /** The key under which the dead letter is sent: its request_id, else its origin. */
  public static String key(DeadLetter letter) {
    if (letter.getRequestId() != null) {
      return letter.getRequestId();
    }
    DeadLetterOrigin origin = letter.getOrigin();
    return origin.getSource() + "-" + origin.getPartition() + "-" + origin.getOffset();
  }
}
