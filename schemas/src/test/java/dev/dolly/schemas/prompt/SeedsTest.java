package dev.dolly.schemas.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeedsTest {

  /** From Python: {@code struct.unpack(">q", hashlib.sha256(id.encode()).digest()[:8])}. */
  @ParameterizedTest
  @CsvSource({
    "abc, -5010229573455851542",
    "dolly.prompts.raw-3-42, -165660218108048729",
    "é, 5375421630974772051"
  })
  void areTheFirstEightBytesOfTheHash(String id, long seed) {
    assertThat(Seeds.of(id)).isEqualTo(seed);
  }
}
