package dev.dolly.schemas.dataset;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.prompt.RejectedException;
import dev.dolly.schemas.prompt.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * One JSON object → an example. databricks-dolly-15k's names are {@code instruction}, {@code
 * context}, {@code response} and {@code category}; alpaca's are {@code instruction}, {@code input}
 * and {@code output}. Instruction and response have to be there, though they may be empty: what can
 * be learnt from is decided by who trains. Other fields are the file's own business.
 */
final class InstructionParser {
  private static final Map<String, String> FIELD_OF =
      Map.of(
          "instruction", "instruction",
          "context", "context",
          "input", "context",
          "response", "response",
          "output", "response",
          "category", "category");

  InstructionText parse(byte[] json) throws RejectedException {
    try (JsonParser parser = new StrictJson("").check(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RejectedException(ErrorCode.WRONG_TYPE, "a record must be a JSON object");
      }
      Map<String, String> texts = new HashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        take(parser, texts);
      }
      for (String needed : new String[] {"instruction", "response"}) {
        if (!texts.containsKey(needed)) {
          throw new RejectedException(ErrorCode.MISSING_FIELD, needed + " is missing");
        }
      }
      return new InstructionText(
          texts.get("instruction"),
          texts.getOrDefault("context", ""),
          texts.get("response"),
          texts.getOrDefault("category", ""));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private static void take(JsonParser parser, Map<String, String> texts)
      throws IOException, RejectedException {
    String name = parser.currentName();
    String field = FIELD_OF.get(name);
    JsonToken value = parser.nextToken();
    if (field == null) {
      parser.skipChildren();
    } else if (value == JsonToken.VALUE_STRING) {
      if (texts.put(field, parser.getText()) != null) {
        throw new RejectedException(
            ErrorCode.MALFORMED_JSON, field + " is there under two names, one of them " + name);
      }
    } else if (value != JsonToken.VALUE_NULL) {
      throw new RejectedException(ErrorCode.WRONG_TYPE, name + " must be a string");
    }
  }
}
