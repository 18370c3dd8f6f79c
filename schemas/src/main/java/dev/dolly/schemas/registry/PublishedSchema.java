package dev.dolly.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * The schema of a generated class as other programs see it: self-contained, and without the mark
 * {@code avro.java.string}, which concerns nobody but the Java classes.
 */
public final class PublishedSchema {

  private static final String JAVA_MARK = "avro.java.string";
  private static final ObjectMapper JSON = new ObjectMapper();

  private PublishedSchema() {}

  /** The schema to register and to write with. */
  public static Schema of(Class<? extends SpecificRecord> type) {
    String json = SpecificData.get().getSchema(type).toString();
    try {
      return new Schema.Parser().parse(withoutMark(JSON.readTree(json)).toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Avro wrote a schema that is no JSON: " + json, e);
    }
  }

  private static JsonNode withoutMark(JsonNode node) {
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JSON.createArrayNode();
      array.forEach(item -> copy.add(withoutMark(item)));
      return copy;
    }
    if (node instanceof ObjectNode object) {
      if (object.size() == 2 && object.has(JAVA_MARK) && object.has("type")) {
        return TextNode.valueOf(object.get("type").asText());
      }
      ObjectNode copy = JSON.createObjectNode();
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        if (!entry.getKey().equals(JAVA_MARK)) {
          copy.set(entry.getKey(), withoutMark(entry.getValue()));
        }
      }
      return copy;
    }
    return node;
  }
}
