package dev.dolly.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicValue;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every published schema has to be like. */
class SchemaContractTest {

  static List<Topic<? extends SpecificRecord>> topics() {
    return TopicCatalogue.avro();
  }

  private static Schema schema(Topic<? extends SpecificRecord> topic) {
    return PublishedSchema.of(TopicValue.recordType(topic));
  }

  @ParameterizedTest
  @MethodSource("topics")
  void everyTypeAndFieldIsDocumented(Topic<? extends SpecificRecord> topic) {
    for (Schema type : SchemaCompatibilityCheck.namedTypes(schema(topic))) {
      assertThat(type.getDoc()).as(type.getFullName()).isNotBlank();
      if (type.getType() == Schema.Type.RECORD) {
        for (Schema.Field field : type.getFields()) {
          assertThat(field.doc()).as(type.getName() + "." + field.name()).isNotBlank();
          assertThat(field.name()).matches("[a-z][a-z0-9]*(_[a-z0-9]+)*");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("topics")
  void everyEnumDefaultsToUnknown(Topic<? extends SpecificRecord> topic) {
    for (Schema type : SchemaCompatibilityCheck.namedTypes(schema(topic))) {
      if (type.getType() == Schema.Type.ENUM) {
        assertThat(type.getEnumDefault()).as(type.getFullName()).isEqualTo("UNKNOWN");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("topics")
  void everyOptionalFieldDefaultsToNull(Topic<? extends SpecificRecord> topic) {
    for (Schema type : SchemaCompatibilityCheck.namedTypes(schema(topic))) {
      if (type.getType() == Schema.Type.RECORD) {
        for (Schema.Field field : type.getFields()) {
          if (field.schema().isNullable()) {
            assertThat(field.schema().getTypes().get(0).getType()).isEqualTo(Schema.Type.NULL);
            assertThat(field.hasDefaultValue()).as(field.name()).isTrue();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("topics")
  void isSelfContainedAndFreeOfJavaMarks(Topic<? extends SpecificRecord> topic) {
    String json = schema(topic).toString();
    assertThat(new Schema.Parser().parse(json)).isEqualTo(schema(topic));
    assertThat(json).doesNotContain("avro.java.string");
  }

  @Test
  void sharedTypesAreOneJavaClass() {
    Origin origin = new Origin("t", 1, 2L);
    assertThat(Prompt.newBuilder().setOrigin(origin).getOrigin()).isSameAs(origin);
    assertThat(Response.newBuilder().setOrigin(origin).getOrigin()).isSameAs(origin);
  }
}
