package dev.dolly.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.registry.HttpRegistry;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.ByteBuffer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class RecordSerializationTest {

  @Test
  void travelsToItsTaskAndConnectsThere() throws Exception {
    try (HttpRegistry http = new HttpRegistry()) {
      http.answer(
          200,
          "{\"subject\": \"dolly.prompts-value\", \"version\": 1, \"id\": 77, \"schema\": \"{}\"}");
      RecordSerialization<Prompt> there =
          InstantiationUtil.clone(new RecordSerialization<>(TopicCatalogue.PROMPTS, http.url()));

      there.open(null);

      assertThat(ByteBuffer.wrap(there.serialize(Examples.prompt())).getInt(1)).isEqualTo(77);
      assertThat(http.requests()).containsExactly("POST /subjects/dolly.prompts-value");
    }
  }
}
