package dev.dolly.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaRegistrationTest {

  @Test
  void registersEachSubjectOnce() throws Exception {
    MockSchemaRegistryClient client = new MockSchemaRegistryClient();

    List<SchemaRegistration> first = SchemaRegistration.registerAll(client);
    List<SchemaRegistration> second = SchemaRegistration.registerAll(client);

    assertThat(first)
        .extracting(SchemaRegistration::subject)
        .containsExactlyElementsOf(TopicCatalogue.avro().stream().map(Topic::subject).toList());
    assertThat(first).allMatch(SchemaRegistration::added);
    assertThat(second).noneMatch(SchemaRegistration::added);
    assertThat(second)
        .extracting(SchemaRegistration::id)
        .isEqualTo(first.stream().map(SchemaRegistration::id).toList());
    for (SchemaRegistration registration : first) {
      assertThat(client.getConfig(registration.subject()).getCompatibilityLevel())
          .isEqualTo("FULL_TRANSITIVE");
    }
  }

  @Test
  void namesTheSubjectThatIsInTheWay() {
    try (HttpRegistry http = new HttpRegistry()) {
      http.answer(200, "{\"compatibility\": \"FULL_TRANSITIVE\"}")
          .answer(404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}")
          .answer(409, "{\"error_code\": 409, \"message\": \"field instruction lacks a default\"}");

      assertThatThrownBy(() -> SchemaRegistration.registerAll(SchemaRegistries.connect(http.url())))
          .isInstanceOf(SchemaRegistrationException.class)
          .hasMessageContaining("subject dolly.prompts-value")
          .hasMessageContaining("not compatible")
          .hasMessageContaining("field instruction lacks a default");
      assertThat(http.requests())
          .containsExactly(
              "PUT /config/dolly.prompts-value",
              "POST /subjects/dolly.prompts-value",
              "POST /subjects/dolly.prompts-value/versions");
    }
  }

  @Test
  void doesNotWaitForARegistryThatCanNotBeReached() {
    assertThatThrownBy(
            () -> SchemaRegistration.registerAll(SchemaRegistries.connect("http://127.0.0.1:1")))
        .isInstanceOf(SchemaRegistrationException.class)
        .hasMessageContaining("can't be reached");
  }
}
