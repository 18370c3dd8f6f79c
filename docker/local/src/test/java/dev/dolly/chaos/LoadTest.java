package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.prompt.PromptRules;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadTest {
  private static final int WINDOW = 512;

  private final List<LoadPrompt> prompts = prompts(5);

  @Test
  void theSameSeedGivesTheSamePrompts() {
    assertThat(prompts).isEqualTo(prompts(5));
    assertThat(prompts).doesNotContainAnyElementsOf(prompts(6));
  }

  @Test
  void everyIdIsItsOwn() {
    assertThat(prompts).extracting(LoadPrompt::id).doesNotHaveDuplicates();
  }

  @Test
  void thereIsSomeOfEverything() {
    assertThat(prompts).extracting(LoadPrompt::way).contains(Way.values());
    assertThat(prompts.stream().flatMap(prompt -> prompt.flaw().stream())).contains(Flaw.values());
    assertThat(prompts.stream().flatMap(prompt -> prompt.deadline().stream()))
        .contains(Duration.ofMillis(50), Duration.ofMinutes(10));
    assertThat(prompts).anyMatch(LoadPrompt::cancelled);
    assertThat(prompts).anyMatch(prompt -> !prompt.prompt().getParams().getStop().isEmpty());
    assertThat(prompts).anyMatch(prompt -> prompt.prompt().getParams().getLogprobs() > 0);
    assertThat(prompts).anyMatch(prompt -> !prompt.prompt().getParams().getDoSample());
    assertThat(prompts).anyMatch(prompt -> prompt.prompt().getPriority() < 0);
    assertThat(prompts).anyMatch(prompt -> prompt.prompt().getContext() != null);
  }

  @Test
  void whatHasNoFlawKeepsTheRules() {
    assertThat(prompts)
        .filteredOn(prompt -> prompt.flaw().isEmpty())
        .hasSizeBetween(900, 980)
        .allMatch(prompt -> PromptRules.check(prompt.prompt()).isEmpty())
        .allMatch(prompt -> prompt.expected().answer());
  }

  @Test
  void whatHasAFlawIsToBecomeADeadLetterOnItsWay() {
    assertThat(prompts)
        .filteredOn(prompt -> prompt.flaw().isPresent())
        .allSatisfy(
            prompt -> {
              assertThat(prompt.expected().answer()).isFalse();
              assertThat(prompt.expected().codes()).hasSize(1).doesNotContain(ErrorCode.INTERNAL);
            });
    assertThat(Flaw.on(Way.AVRO)).allMatch(flaw -> flaw.code(Way.AVRO) != null);
    assertThat(Arrays.stream(Flaw.values()))
        .allMatch(flaw -> Flaw.on(Way.RAW).contains(flaw) || Flaw.on(Way.AVRO).contains(flaw));
  }

  private static List<LoadPrompt> prompts(long seed) {
    Load load = new Load(seed, WINDOW);
    return IntStream.range(0, 1000).mapToObj(load::prompt).toList();
  }
}
