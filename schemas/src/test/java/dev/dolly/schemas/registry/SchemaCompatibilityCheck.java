package dev.dolly.schemas.registry;

import io.confluent.kafka.schemaregistry.CompatibilityChecker;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/** Says what is wrong with following one version of a schema by another. */
final class SchemaCompatibilityCheck {

  private SchemaCompatibilityCheck() {}

  /** Each reason why the two versions can't live side by side; empty if they can. */
  static List<String> problems(Schema older, Schema newer) {
    List<String> problems = new ArrayList<>();
    if (!older.getFullName().equals(newer.getFullName())) {
      problems.add(older.getFullName() + " was renamed to " + newer.getFullName());
    }
    unreadable(newer, older).forEach(p -> problems.add("the new version can't read the old: " + p));
    unreadable(older, newer).forEach(p -> problems.add("the old version can't read the new: " + p));
    CompatibilityChecker.FULL_TRANSITIVE_CHECKER
        .isCompatible(new AvroSchema(newer), List.of(new AvroSchema(older)))
        .forEach(p -> problems.add("the registry's own checker refuses it: " + p));
    Map<String, Schema> enums = enums(newer);
    enums(older)
        .forEach(
            (name, before) -> {
              Schema after = enums.get(name);
              if (after != null) {
                before.getEnumSymbols().stream()
                    .filter(symbol -> !after.getEnumSymbols().contains(symbol))
                    .forEach(
                        symbol ->
                            // Avro would read it as UNKNOWN, and a replay would lose what it said.
                            problems.add("symbol " + symbol + " is gone from enum " + name));
              }
            });
    return problems;
  }

  private static List<String> unreadable(Schema reader, Schema writer) {
    var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    return result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE
        ? List.of()
        : result.getIncompatibilities().stream()
            .map(i -> i.getType() + " at " + i.getLocation() + ": " + i.getMessage())
            .toList();
  }

  private static Map<String, Schema> enums(Schema schema) {
    Map<String, Schema> found = new LinkedHashMap<>();
    for (Schema type : namedTypes(schema)) {
      if (type.getType() == Schema.Type.ENUM) {
        found.put(type.getFullName(), type);
      }
    }
    return found;
  }

  /** Every record and enum within the schema, itself included. */
  static Collection<Schema> namedTypes(Schema schema) {
    Map<String, Schema> found = new LinkedHashMap<>();
    collect(schema, found);
    return found.values();
  }

  private static void collect(Schema schema, Map<String, Schema> found) {
    switch (schema.getType()) {
      case RECORD -> {
        if (found.put(schema.getFullName(), schema) == null) {
          schema.getFields().forEach(field -> collect(field.schema(), found));
        }
      }
      case ENUM -> found.put(schema.getFullName(), schema);
      case ARRAY -> collect(schema.getElementType(), found);
      case MAP -> collect(schema.getValueType(), found);
      case UNION -> schema.getTypes().forEach(type -> collect(type, found));
      default -> {
        // The rest has no parts.
      }
    }
  }
}
