package dev.dolly.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * Where a stack is: the first line of {@code up} and the content of {@code stack.json}.
 *
 * @param bootstrap of the broker, {@code host:port}
 * @param registry base URL of the registry's Confluent interface
 * @param flink base URL of Flink's UI and REST interface
 */
public record StackAddress(String bootstrap, String registry, String flink) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One line. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(
          JSON.createObjectNode()
              .put("bootstrap", bootstrap)
              .put("registry", registry)
              .put("flink", flink));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IOException when it is something else
   */
  public static StackAddress fromJson(String json) throws IOException {
    JsonNode node = JSON.readTree(json);
    for (String field : new String[] {"bootstrap", "registry", "flink"}) {
      if (!node.path(field).isTextual()) {
        throw new IOException("no " + field + " in " + json.strip());
      }
    }
    return new StackAddress(
        node.get("bootstrap").textValue(),
        node.get("registry").textValue(),
        node.get("flink").textValue());
  }
}
