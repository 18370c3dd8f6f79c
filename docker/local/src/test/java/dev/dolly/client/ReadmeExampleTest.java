package dev.dolly.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The README's Java client, compiled here, so that it stays one. */
class ReadmeExampleTest {
  @Test
  void isWhatTheReadmeSays() throws IOException {
    String readme = flat(Files.readString(Path.of(System.getProperty("dolly.home"), "README.md")));
    String here =
        flat(
            Files.readString(
                Path.of(System.getProperty("dolly.home"))
                    .resolve("docker/local/src/test/java")
                    .resolve(ReadmeExampleTest.class.getName().replace('.', '/') + ".java")));
    List<String> lines =
        List.of(
            "RecordSerde<Response> serde = new RecordSerde<>(TopicCatalogue.RESPONSES,"
                + " SchemaRegistries.connect(registryUrl));",
            "for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {",
            "if (serde.decode(record.value()) instanceof Decoded.Value<Response> answer) {",
            "System.out.println(answer.record().getText());");
    for (String line : lines) {
      assertThat(readme).contains(flat(line));
      assertThat(here).contains(flat(line));
    }
  }

  private static String flat(String text) {
    return text.replaceAll("\\s+", "");
  }

  static void read(Consumer<String, byte[]> consumer, String registryUrl) {
    RecordSerde<Response> serde =
        new RecordSerde<>(TopicCatalogue.RESPONSES, SchemaRegistries.connect(registryUrl));
    for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
      if (serde.decode(record.value()) instanceof Decoded.Value<Response> answer) {
        System.out.println(answer.record().getText());
      }
    }
  }
}
