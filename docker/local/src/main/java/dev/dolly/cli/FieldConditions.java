package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that choose records by what they hold. */
final class FieldConditions {
  @Option(names = "--key", paramLabel = "KEY", description = "Only records of this key.")
  private String key;

  @Option(
      names = "--category",
      paramLabel = "NAME",
      description = "Only a dataset's records of it.")
  private String category;

  @Option(
      names = "--where",
      paramLabel = "FIELD=VALUE",
      converter = ConditionConverter.class,
      description =
          "Only records whose field has the value, or with != has not; as printed, and with dots"
              + " into what is nested: error_code=TOO_LARGE, model.version!=v1. May be repeated.")
  private List<Condition> where = List.of();

  private record Condition(FieldPath field, boolean equal, String value) {
    boolean holds(JsonNode record) {
      return field.in(record).asText().equals(value) == equal;
    }
  }

  static final class ConditionConverter implements ITypeConverter<Condition> {
    @Override
    public Condition convert(String text) {
      int at = text.indexOf('=');
      boolean equal = at > 0 && text.charAt(at - 1) != '!';
      String field = at > 0 ? text.substring(0, equal ? at : at - 1) : "";
      return new Condition(
          FieldPath.parse(field)
              .orElseThrow(
                  () ->
                      new TypeConversionException(
                          "'" + text + "' is not FIELD=VALUE or FIELD!=VALUE")),
          equal,
          text.substring(at + 1));
    }
  }

  String key() {
    return key;
  }

  boolean hasKey(ConsumerRecord<byte[], byte[]> record) {
    return key == null || record.key() != null && key.equals(new String(record.key(), UTF_8));
  }

  /** Whether a record's JSON is looked at. */
  boolean lookInside() {
    return category != null || !where.isEmpty();
  }

  Predicate<JsonNode> inside() {
    return json ->
        (category == null || category.equals(json.path("category").asText()))
            && where.stream().allMatch(condition -> condition.holds(json));
  }
}
