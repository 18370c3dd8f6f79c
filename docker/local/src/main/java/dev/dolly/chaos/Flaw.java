package dev.dolly.chaos;

import static dev.dolly.chaos.Way.AVRO;
import static dev.dolly.chaos.Way.RAW;

import dev.dolly.schemas.avro.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What is wrong with a prompt of the load, and the code that its dead letter must have. */
enum Flaw {
  /** The value ends half way. */
  TORN(Map.of(RAW, ErrorCode.MALFORMED_JSON, AVRO, ErrorCode.MALFORMED_AVRO)),
  /** One field twice. */
  DUPLICATE_KEY(Map.of(RAW, ErrorCode.MALFORMED_JSON)),
  /** The instruction is a number. */
  WRONG_TYPE(Map.of(RAW, ErrorCode.WRONG_TYPE)),
  /** No instruction at all. */
  NO_INSTRUCTION(Map.of(RAW, ErrorCode.MISSING_FIELD)),
  /** A field that no prompt has. */
  UNKNOWN_FIELD(Map.of(RAW, ErrorCode.UNKNOWN_FIELD)),
  /** An instruction of nothing but spaces. */
  BLANK(Map.of(RAW, ErrorCode.EMPTY_INSTRUCTION, AVRO, ErrorCode.EMPTY_INSTRUCTION)),
  /** A top_p above 1. */
  OUT_OF_RANGE(Map.of(RAW, ErrorCode.OUT_OF_RANGE, AVRO, ErrorCode.OUT_OF_RANGE)),
  /** More tokens than the model's window; only the engine can know. */
  TOO_LONG(Map.of(RAW, ErrorCode.PROMPT_TOO_LONG, AVRO, ErrorCode.PROMPT_TOO_LONG)),
  /** A schema id that the registry never gave. */
  UNKNOWN_SCHEMA(Map.of(AVRO, ErrorCode.UNKNOWN_SCHEMA));

  private final Map<Way, ErrorCode> codes;

  Flaw(Map<Way, ErrorCode> codes) {
    this.codes = codes;
  }

  /** Those that a prompt can have on that way. */
  static List<Flaw> on(Way way) {
    return Arrays.stream(values()).filter(flaw -> flaw.codes.containsKey(way)).toList();
  }

  /** The code of the dead letter. */
  ErrorCode code(Way way) {
    return codes.get(way);
  }
}
