package dev.dolly.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * JSON as the commands read and write it: one line a value, Avro records under their field names.
 * Fields without a value are left out; bytes are Base64, with the text beside them under {@code
 * NAME_text} where they are UTF-8.
 */
public final class Json {
  /** Fractions as they are written: as doubles, 1e400 would come out as no number at all. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Json() {}

  public static ObjectNode object() {
    return NODES.objectNode();
  }

  public static ArrayNode array() {
    return NODES.arrayNode();
  }

  public static ArrayNode array(int[] values) {
    ArrayNode array = NODES.arrayNode(values.length);
    for (int value : values) {
      array.add(value);
    }
    return array;
  }

  public static ArrayNode array(Collection<? extends IndexedRecord> records) {
    ArrayNode array = NODES.arrayNode(records.size());
    records.forEach(record -> array.add(of(record)));
    return array;
  }

  /** The object of that name in another, which gets an empty one where there is none. */
  public static ObjectNode objectIn(ObjectNode parent, String name) {
    return parent.get(name) instanceof ObjectNode object ? object : parent.putObject(name);
  }

  /** One line. */
  public static String line(JsonNode value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws JsonProcessingException when the text is not one JSON value
   */
  public static JsonNode parse(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

  /** A record with its fields under their Avro names. */
  public static ObjectNode of(IndexedRecord record) {
    ObjectNode object = object();
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      if (value == null) {
        continue;
      }
      object.set(field.name(), node(value));
      if (value instanceof ByteBuffer bytes) {
        text(bytes).ifPresent(text -> object.put(field.name() + "_text", text));
      }
    }
    return object;
  }

  private static JsonNode node(Object value) {
    if (value instanceof IndexedRecord record) {
      return of(record);
    }
    if (value instanceof Collection<?> items) {
      ArrayNode array = array();
      items.forEach(item -> array.add(node(item)));
      return array;
    }
    if (value instanceof Map<?, ?> entries) {
      ObjectNode object = object();
      entries.forEach((key, item) -> object.set(key.toString(), node(item)));
      return object;
    }
    if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return NODES.textNode(Base64.getEncoder().encodeToString(copy));
    }
    if (value instanceof Integer number) {
      return NODES.numberNode(number);
    }
    if (value instanceof Long number) {
      return NODES.numberNode(number);
    }
    if (value instanceof Float number) {
      return NODES.numberNode(number);
    }
    if (value instanceof Double number) {
      return NODES.numberNode(number);
    }
    if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    }
    return NODES.textNode(value.toString()); // strings and enum symbols
  }

  private static Optional<String> text(ByteBuffer bytes) {
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
