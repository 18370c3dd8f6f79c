package dev.dolly.inference.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.engine.text.PromptFormat;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.prompt.PromptRules;
import dev.dolly.schemas.prompt.Rejection;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a record of the prompt topic: a prompt the engine can take, or a reason. */
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private final RecordSerde<Prompt> prompts;

  Intake(RecordSerde<Prompt> prompts) {
    this.prompts = prompts;
  }

  /** What was found. */
  sealed interface Found {}

  /**
   * A prompt that keeps the rules.
   *
   * @param ids of it, encoded
   */
  record Accepted(Prompt prompt, int[] ids) implements Found {}

  /**
   * It can't be served and never will be.
   *
   * @param requestId as far as it could be read
   */
  record Refused(ErrorCode code, String message, @Nullable String requestId) implements Found {}

  /**
   * Reads a record whose value is not null. Where it was written with a schema that this process
   * has not met yet, the registry is asked, and waited for if it can't be reached: meanwhile the
   * task does nothing else and takes no checkpoint. Nothing is lost by that: in the checkpoint
   * before, the record is still to be read.
   *
   * @param format of the model that is to answer it
   * @throws org.apache.kafka.common.errors.InterruptException if the task is cancelled meanwhile
   */
  Found read(PromptRecord record, PromptFormat format) {
    Decoded<Prompt> decoded = prompts.decode(record.value());
    if (decoded instanceof Decoded.Broken<Prompt> broken) {
      return new Refused(broken.code(), broken.message(), keyAsText(record));
    }
    Prompt prompt = ((Decoded.Value<Prompt>) decoded).record();
    Optional<Rejection> rejection = PromptRules.check(prompt);
    if (rejection.isPresent()) {
      String id = prompt.getRequestId();
      return new Refused(
          rejection.get().code(), rejection.get().message(), PromptRules.usable(id) ? id : null);
    }
    try {
      return new Accepted(prompt, format.encode(prompt.getInstruction(), prompt.getContext()));
    } catch (RuntimeException e) {
      // Encoding depends on this text and on nothing else: another try would end the same.
      LOG.error("the prompt at {} cannot be encoded", record.position(), e);
      return new Refused(
          ErrorCode.INTERNAL, "the prompt cannot be encoded: " + e, prompt.getRequestId());
    }
  }

  /** The key names the request on this topic, also where the value cannot be read. */
  @Nullable
  private static String keyAsText(PromptRecord record) {
    if (record.key() == null) {
      return null;
    }
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(record.key())).toString();
      return PromptRules.usable(text) ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
