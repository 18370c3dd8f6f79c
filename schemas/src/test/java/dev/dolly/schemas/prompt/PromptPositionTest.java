package dev.dolly.schemas.prompt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class PromptPositionTest {
  private static final PromptPosition POSITION = new PromptPosition("dolly.prompts", 3, 1L << 40);

  @Test
  void isReadAsItIsWritten() {
    assertThat(POSITION).hasToString("dolly.prompts-3-1099511627776");
    assertThat(PromptPosition.parse(POSITION.toString())).contains(POSITION);
    assertThat(PromptPosition.parse("a-b-3-4")).contains(new PromptPosition("a-b", 3, 4));
    assertThat(PromptPosition.parse("dolly.prompts")).isEmpty();
    assertThat(PromptPosition.parse("dolly.prompts-3-x")).isEmpty();
    assertThat(PromptPosition.parse("-3-4")).isEmpty();
  }

  @Test
  void standsInAHeader() {
    RecordHeaders headers = new RecordHeaders();
    assertThat(PromptPosition.of(headers)).isEmpty();
    headers.add(PromptPosition.HEADER, POSITION.toString().getBytes(UTF_8));
    assertThat(PromptPosition.of(headers)).contains(POSITION);
    headers.add(PromptPosition.HEADER, null);
    assertThat(PromptPosition.of(headers)).isEmpty();
  }

  @Test
  void isOrderedByPlace() {
    assertThat(POSITION).isGreaterThan(new PromptPosition("dolly.prompts", 3, 9));
    assertThat(POSITION).isLessThan(new PromptPosition("dolly.prompts", 10, 0));
  }
}
