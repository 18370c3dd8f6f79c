package dev.dolly.cli;

import dev.dolly.json.Json;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.prompt.PromptParser;

/** Lines of standard input as places, and what stands for a line that can't be served. */
final class StdinLine {
  private static final String SOURCE = "stdin";

  private StdinLine() {}

  /** The place of a line, from 0. */
  static Origin place(long number) {
    return Origin.newBuilder().setTopic(SOURCE).setPartition(0).setOffset(number).build();
  }

  static String error(long number, ErrorCode code, String message) {
    return error(PromptParser.derivedId(place(number)), code, message);
  }

  static String error(String requestId, ErrorCode code, String message) {
    return Json.line(
        Json.object()
            .put("request_id", requestId)
            .put("error_code", code.name())
            .put("message", message));
  }
}
