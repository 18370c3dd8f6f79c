package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * The way to a field of a JSON object, written with dots: {@code model.version}.
 *
 * @param names the outermost first, at least one
 */
record FieldPath(List<String> names) {
  /** Empty if the text is none. */
  static Optional<FieldPath> parse(String text) {
    return text.matches("\\w+(\\.\\w+)*")
        ? Optional.of(new FieldPath(List.of(text.split("\\."))))
        : Optional.empty();
  }

  /** What is there, by name or, in an array, by index; a missing node where nothing is. */
  JsonNode in(JsonNode object) {
    return object.at("/" + String.join("/", names));
  }

  /** Puts a value there, and objects on the way to it where there are none. */
  void set(ObjectNode object, JsonNode value) {
    ObjectNode holder = object;
    for (String name : names.subList(0, names.size() - 1)) {
      holder = Json.objectIn(holder, name);
    }
    holder.set(names.get(names.size() - 1), value);
  }
}
