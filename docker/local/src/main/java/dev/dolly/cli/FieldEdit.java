package dev.dolly.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.dolly.json.Json;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A change to a JSON object. */
record FieldEdit(FieldPath field, JsonNode value) {
  /** Makes it. */
  void apply(ObjectNode object) {
    field.set(object, value);
  }

  /** Reads {@code params.max_new_tokens=32}: a JSON value, or else text. */
  static final class Converter implements ITypeConverter<FieldEdit> {
    @Override
    public FieldEdit convert(String text) {
      int at = Math.max(0, text.indexOf('='));
      FieldPath field =
          FieldPath.parse(text.substring(0, at))
              .orElseThrow(() -> new TypeConversionException("'" + text + "' is not FIELD=VALUE"));
      return new FieldEdit(field, json(text.substring(at + 1)));
    }

    private static JsonNode json(String text) {
      try {
        JsonNode value = Json.parse(text);
        return value.isMissingNode() ? TextNode.valueOf(text) : value;
      } catch (JsonProcessingException e) {
        return TextNode.valueOf(text);
      }
    }
  }
}
