package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordTextTest {
  @Test
  void jsonIsOneValueInUtf8() {
    assertThat(of("{\"a\": \"é\"} \n".getBytes(StandardCharsets.UTF_8)).json().toString())
        .isEqualTo("{\"a\":\"é\"}");
    for (byte[] bad :
        new byte[][] {
          "{\"a\": 1} junk".getBytes(StandardCharsets.UTF_8),
          "{\"a\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1),
          "[".repeat(100_000).getBytes(StandardCharsets.UTF_8),
          new byte[0],
          new byte[] {0, 0, 0, 0, 1, 2}
        }) {
      RecordText.Line line = of(bad);
      assertThat(line.readable()).isFalse();
      assertThat(line.json().toString()).contains("MALFORMED_JSON").contains("\"offset\":7");
    }
  }

  private static RecordText.Line of(byte[] value) {
    return RecordText.ofJson().of(new ConsumerRecord<>("topic", 0, 7, null, value));
  }
}
