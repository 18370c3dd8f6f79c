package dev.dolly.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.dolly.json.Json;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A change to a JSON object.
 *
 * @param path of the field, the outermost first
 */
record FieldEdit(List<String> path, JsonNode value) {
  /** Makes it. */
  void apply(ObjectNode object) {
    ObjectNode holder = object;
    for (String name : path.subList(0, path.size() - 1)) {
      holder =
          holder.path(name).isObject() ? (ObjectNode) holder.get(name) : holder.putObject(name);
    }
    holder.set(path.get(path.size() - 1), value);
  }

  /** Reads {@code params.max_new_tokens=32}: a JSON value, or else text. */
  static final class Converter implements ITypeConverter<FieldEdit> {
    @Override
    public FieldEdit convert(String text) {
      int at = text.indexOf('=');
      if (at < 1 || !text.substring(0, at).matches("\\w+(\\.\\w+)*")) {
        throw new TypeConversionException("'" + text + "' is not FIELD=VALUE");
      }
      String value = text.substring(at + 1);
      return new FieldEdit(List.of(text.substring(0, at).split("\\.")), json(value));
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
