package dev.dolly.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.schemas.registry.PatientRegistry.Found;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PatientRegistryTest {

  private static final String LONG = "{\"schema\": \"\\\"long\\\"\"}";

  private final HttpRegistry http = new HttpRegistry();
  private final List<Duration> pauses = new ArrayList<>();

  @AfterEach
  void stop() {
    http.close();
  }

  private PatientRegistry registry() {
    return new PatientRegistry(SchemaRegistries.connect(http.url()), pauses::add);
  }

  @Test
  void asksOnceForEachId() {
    http.answer(200, LONG);
    PatientRegistry registry = registry();

    assertThat(registry.schemaOf(7))
        .isEqualTo(new Found.Known(Schema.create(Schema.Type.LONG)))
        .isEqualTo(registry.schemaOf(7));
    assertThat(http.requests()).containsExactly("GET /schemas/ids/7");
    assertThat(pauses).isEmpty();
  }

  @Test
  void waitsWithGrowingPausesForARegistryInTrouble() {
    for (int i = 0; i < 10; i++) {
      http.answer(503, "{\"error_code\": 50301, \"message\": \"starting\"}");
    }
    http.answer(200, LONG);

    assertThat(registry().schemaOf(7)).isInstanceOf(Found.Known.class);
    assertThat(pauses.stream().map(Duration::toMillis))
        .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L, 10_000L);
  }

  /** Ten minutes is what Flink gives a checkpoint, the longest of the limits around it. */
  @Test
  void waitsLongerThanAnythingAroundItDoes() {
    for (int i = 0; i < 80; i++) {
      http.answer(503, "{}");
    }
    http.answer(200, LONG);

    assertThat(registry().schemaOf(7)).isInstanceOf(Found.Known.class);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isGreaterThan(Duration.ofMinutes(10));
  }

  @Test
  void waitsForARegistryThatIsNotThereUntilItIsInterrupted() {
    int[] questions = {0};
    PatientRegistry registry =
        new PatientRegistry(
            SchemaRegistries.connect("http://127.0.0.1:1"),
            pause -> {
              if (++questions[0] == 3) {
                throw new InterruptedException();
              }
            });

    assertThatThrownBy(() -> registry.schemaOf(7)).isInstanceOf(InterruptException.class);
    assertThat(questions[0]).isEqualTo(3);
    assertThat(Thread.interrupted()).as("the thread stays interrupted").isTrue();
  }

  @Test
  void itsOwnerCanEndTheWait() {
    http.answer(503, "{}");
    PatientRegistry registry = new PatientRegistry(SchemaRegistries.connect(http.url()));
    CompletableFuture<Found> answer = CompletableFuture.supplyAsync(() -> registry.schemaOf(7));

    registry.stopWaiting();

    assertThat(answer)
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withRootCauseInstanceOf(KafkaException.class);
  }

  @Test
  void doesNotTakeAProxysPageForAnAnswer() {
    http.answer(404, "<html>no such page</html>").answer(401, "who are you?").answer(200, LONG);

    assertThat(registry().schemaOf(7)).isInstanceOf(Found.Known.class);
    assertThat(pauses).hasSize(2);
  }

  @Test
  void takesTheRegistrysOwnWordForAnUnknownId() {
    http.answer(404, "{\"error_code\": 40403, \"message\": \"Schema 7 not found\"}");

    assertThat(registry().schemaOf(7)).isEqualTo(new Found.Unknown());
    assertThat(pauses).isEmpty();
  }

  @Test
  void doesNotEvenAskForANegativeId() {
    assertThat(registry().schemaOf(-1)).isEqualTo(new Found.Unknown());
    assertThat(http.requests()).isEmpty();
  }

  @Test
  void doesNotWaitForASchemaThatCanNotBeParsed() {
    http.answer(200, "{\"schema\": \"{\\\"type\\\": \\\"recrod\\\"}\"}");
    assertThat(registry().schemaOf(7)).isInstanceOf(Found.Unreadable.class);
  }

  @Test
  void doesNotWaitForASchemaOfAnotherKind() {
    http.answer(200, "{\"schemaType\": \"JSON\", \"schema\": \"{}\"}");
    assertThat(registry().schemaOf(7)).isInstanceOf(Found.Unreadable.class);
  }

  @Test
  void saysWhatToDoAboutASchemaThatIsNotRegistered() {
    http.answer(404, "{\"error_code\": 40401, \"message\": \"Subject not found\"}");

    assertThatThrownBy(() -> registry().idOf("t-value", Schema.create(Schema.Type.LONG)))
        .isInstanceOf(SchemaNotRegisteredException.class)
        .hasMessageContaining("t-value")
        .hasMessageContaining("./dolly schemas register");
  }

  @Test
  void looksAnIdUp() {
    http.answer(
        200, "{\"subject\": \"t-value\", \"version\": 1, \"id\": 3, \"schema\": \"\\\"long\\\"\"}");

    assertThat(registry().idOf("t-value", Schema.create(Schema.Type.LONG))).isEqualTo(3);
    assertThat(http.requests()).containsExactly("POST /subjects/t-value");
  }
}
