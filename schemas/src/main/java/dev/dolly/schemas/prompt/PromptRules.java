package dev.dolly.schemas.prompt;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import java.util.List;
import java.util.Optional;

/**
 * The rules that every prompt has to keep, whether it was JSON or came as Avro. The rules are
 * looked at in a fixed order and the first broken one is named.
 */
public final class PromptRules {

  /**
   * Longest request_id in characters. It is a key on four topics and stands in every chunk and dead
   * letter, whose size is bounded.
   */
  public static final int MAX_REQUEST_ID = 1024;

  /** Every token's text is held against every stop text, on the thread that all requests share. */
  private static final int MAX_STOPS = 64;

  /** In characters. */
  private static final int MAX_STOP = 1024;

  private static final int MAX_LOGPROBS = 20;
  private static final int MAX_PRIORITY = 10;

  private PromptRules() {}

  /** The first rule that the prompt breaks; empty if it keeps all. */
  public static Optional<Rejection> check(Prompt prompt) {
    return id(prompt.getRequestId())
        .or(() -> instruction(prompt.getInstruction()))
        .or(() -> params(prompt.getParams()))
        .or(
            () ->
                outside(
                    Math.abs((long) prompt.getPriority()) > MAX_PRIORITY,
                    "priority",
                    prompt.getPriority(),
                    "-10 to 10"))
        .or(() -> origin(prompt.getOrigin()));
  }

  /** Whether a request_id can name its request in keys and dead letters. */
  public static boolean usable(String requestId) {
    return requestId != null && !requestId.isEmpty() && requestId.length() <= MAX_REQUEST_ID;
  }

  private static Optional<Rejection> id(String requestId) {
    if (requestId.isEmpty()) {
      return Optional.of(new Rejection(ErrorCode.MISSING_FIELD, "request_id is empty"));
    }
    if (requestId.length() > MAX_REQUEST_ID) {
      return Optional.of(
          new Rejection(
              ErrorCode.TOO_LARGE,
              "request_id has "
                  + requestId.length()
                  + " characters: at most "
                  + MAX_REQUEST_ID
                  + " are allowed"));
    }
    return Optional.empty();
  }

  private static Optional<Rejection> instruction(String instruction) {
    if (instruction.codePoints().allMatch(PromptRules::isWhiteSpace)) {
      return Optional.of(
          new Rejection(
              ErrorCode.EMPTY_INSTRUCTION,
              instruction.isEmpty()
                  ? "instruction is empty"
                  : "instruction holds nothing but white space"));
    }
    return Optional.empty();
  }

  /** White space as Unicode has it, no-break spaces and control separators included. */
  private static boolean isWhiteSpace(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.isSpaceChar(codePoint)
        || codePoint == 0x85;
  }

  private static Optional<Rejection> params(PromptParams params) {
    double temperature = params.getTemperature();
    double topP = params.getTopP();
    return outside(
            params.getMaxNewTokens() < 1,
            "params.max_new_tokens",
            params.getMaxNewTokens(),
            "at least 1")
        .or(
            () ->
                outside(
                    // Written so that NaN is outside as well.
                    !(temperature >= 0) || Double.isInfinite(temperature),
                    "params.temperature",
                    temperature,
                    "at least 0, where 0 is greedy"))
        .or(() -> outside(!(topP > 0 && topP <= 1), "params.top_p", topP, "above 0 and at most 1"))
        .or(
            () ->
                outside(
                    params.getTopK() < 0,
                    "params.top_k",
                    params.getTopK(),
                    "at least 0, where 0 is off"))
        .or(
            () ->
                outside(
                    params.getLogprobs() < 0 || params.getLogprobs() > MAX_LOGPROBS,
                    "params.logprobs",
                    params.getLogprobs(),
                    "0 to " + MAX_LOGPROBS))
        .or(() -> stop(params.getStop()));
  }

  private static Optional<Rejection> stop(List<String> stop) {
    Optional<Rejection> broken =
        outside(
            stop.size() > MAX_STOPS, "params.stop", stop.size() + " texts", "at most " + MAX_STOPS);
    for (int i = 0; i < stop.size() && broken.isEmpty(); i++) {
      int length = stop.get(i).length();
      broken =
          outside(
              length < 1 || length > MAX_STOP,
              "params.stop[" + i + "]",
              length + " characters long",
              "1 to " + MAX_STOP);
    }
    return broken;
  }

  private static Optional<Rejection> origin(Origin origin) {
    if (origin == null) {
      return Optional.empty();
    }
    return outside(origin.getTopic().isEmpty(), "origin.topic", "\"\"", "a topic's name")
        .or(
            () ->
                outside(
                    origin.getPartition() < 0,
                    "origin.partition",
                    origin.getPartition(),
                    "at least 0"))
        .or(
            () ->
                outside(origin.getOffset() < 0, "origin.offset", origin.getOffset(), "at least 0"));
  }

  private static Optional<Rejection> outside(
      boolean broken, String field, Object value, String allowed) {
    return broken
        ? Optional.of(
            new Rejection(
                ErrorCode.OUT_OF_RANGE, field + " is " + value + ": allowed is " + allowed))
        : Optional.empty();
  }
}
