package dev.dolly.schemas.prompt;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is too large to be served.
 *
 * @param maxBytes of one JSON prompt; a larger one is not looked at
 * @param maxInstructionBytes of an instruction in UTF-8
 * @param maxMetadataBytes of all names and values of the metadata in UTF-8
 */
public record PromptLimits(int maxBytes, int maxInstructionBytes, int maxMetadataBytes) {

  private static final int MEBIBYTE = 1024 * 1024;
  private static final int KIBIBYTE = 1024;

  /** What the prompt topic takes: whoever may not write what it accepted would fail for ever. */
  private static final int RECORD_BYTES = TopicCatalogue.PROMPTS.maxMessageBytes();

  /** More than a record has beside its texts: headers of record and batch, numbers, origin. */
  private static final int OVERHEAD_BYTES = 2 * KIBIBYTE;

  /** The most that Avro writes before a text. */
  private static final int STRING_BYTES = 5;

  public PromptLimits {
    List<String> problems = new ArrayList<>();
    if (maxBytes < 1) {
      problems.add("the size limit must be at least 1 byte: " + maxBytes);
    }
    if (maxInstructionBytes < 1) {
      problems.add("the limit of an instruction must be at least 1 byte: " + maxInstructionBytes);
    }
    if (maxMetadataBytes < 0) {
      problems.add("the limit of metadata must not be negative: " + maxMetadataBytes);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * 1 MiB, what an uncompressed record of the raw topic can hold, also for the instruction; 64 KiB
   * of metadata, which every response carries.
   */
  public static PromptLimits defaults() {
    return new PromptLimits(MEBIBYTE, MEBIBYTE, 64 * KIBIBYTE);
  }

  /** The same with another size of a whole prompt. */
  public PromptLimits withMaxBytes(int bytes) {
    return new PromptLimits(bytes, maxInstructionBytes, maxMetadataBytes);
  }

  /** Why a prompt is too large, if it is. */
  Optional<Rejection> check(Prompt prompt) {
    int instruction = bytes(prompt.getInstruction());
    if (instruction > maxInstructionBytes) {
      return tooLarge("the instruction", instruction, maxInstructionBytes);
    }
    long metadata =
        prompt.getMetadata().entrySet().stream()
            .mapToLong(entry -> (long) bytes(entry.getKey()) + bytes(entry.getValue()))
            .sum();
    if (metadata > maxMetadataBytes) {
      return tooLarge("the metadata", metadata, maxMetadataBytes);
    }
    long whole = OVERHEAD_BYTES + 2L * bytes(prompt.getRequestId()) + instruction + metadata;
    whole += prompt.getContext() == null ? 0 : bytes(prompt.getContext());
    whole += (long) STRING_BYTES * 2 * prompt.getMetadata().size();
    for (String stop : prompt.getParams().getStop()) {
      whole += STRING_BYTES + bytes(stop);
    }
    return whole > RECORD_BYTES
        ? tooLarge("the prompt with all that it carries", whole, RECORD_BYTES)
        : Optional.empty();
  }

  private static Optional<Rejection> tooLarge(String what, long bytes, int most) {
    return Optional.of(
        new Rejection(
            ErrorCode.TOO_LARGE,
            "%s has %d bytes: at most %d are allowed".formatted(what, bytes, most)));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
