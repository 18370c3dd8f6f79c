package dev.dolly.schemas.dataset;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.prompt.RejectedException;
import dev.dolly.schemas.prompt.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One JSON object → its examples. databricks-dolly-15k's names are {@code instruction}, {@code
 * context}, {@code response} and {@code category}; alpaca's are {@code instruction}, {@code input}
 * and {@code output}; those of the files that self-instruct trains on are {@code prompt} and {@code
 * completion}. A task of self-instruct's has {@code instances}, each an input and an output, and is
 * an example a time. Instruction and response have to be there, though they may be empty: what can
 * be learnt from is decided by who trains. Other fields are the file's own business.
 */
final class InstructionParser {
  private static final Map<String, String> FIELD_OF =
      Map.of(
          "instruction", "instruction",
          "prompt", "instruction",
          "context", "context",
          "input", "context",
          "response", "response",
          "output", "response",
          "completion", "response",
          "category", "category");

  /** Of self-instruct. */
  private static final String INSTANCES = "instances";

  private static final String IS_CLASSIFICATION = "is_classification";

  /** At least one. */
  List<InstructionText> parse(byte[] json) throws RejectedException {
    try (JsonParser parser = new StrictJson("").check(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RejectedException(ErrorCode.WRONG_TYPE, "a record must be a JSON object");
      }
      Map<String, String> texts = new HashMap<>();
      List<Map<String, String>> instances = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (parser.currentName().equals(INSTANCES)) {
          instances = instances(parser);
        } else {
          take(parser, texts);
        }
      }
      if (instances == null) {
        return List.of(text(texts));
      }
      List<InstructionText> all = new ArrayList<>();
      for (Map<String, String> instance : instances) {
        Map<String, String> whole = new HashMap<>(texts);
        whole.putAll(instance);
        all.add(text(whole));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private static List<Map<String, String>> instances(JsonParser parser)
      throws IOException, RejectedException {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw new RejectedException(ErrorCode.WRONG_TYPE, INSTANCES + " must be an array");
    }
    List<Map<String, String>> instances = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw new RejectedException(ErrorCode.WRONG_TYPE, "an instance must be a JSON object");
      }
      Map<String, String> texts = new HashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        take(parser, texts);
      }
      instances.add(texts);
    }
    if (instances.isEmpty()) {
      throw new RejectedException(ErrorCode.MISSING_FIELD, INSTANCES + " has none");
    }
    return instances;
  }

  private static InstructionText text(Map<String, String> texts) throws RejectedException {
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
  }

  private static void take(JsonParser parser, Map<String, String> texts)
      throws IOException, RejectedException {
    String name = parser.currentName();
    String field = FIELD_OF.get(name);
    JsonToken value = parser.nextToken();
    if (name.equals(IS_CLASSIFICATION) && value == JsonToken.VALUE_TRUE) {
      texts.putIfAbsent("category", "classification");
    } else if (field == null) {
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
