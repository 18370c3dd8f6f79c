package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.text.PromptFormat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Instruction and context in, greedy ids and text out: equal to the reference's. */
class GenerationGoldenTest {
  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void allPromptsInOneRunningBatch(Fixture fixture) throws Exception {
    try (LanguageModel model = fixture.load()) {
      // fewer places than prompts and short chunks: sequences join and leave while others run
      BatchSettings settings = BatchSettings.defaults().withMaxBatch(5).withPrefillChunk(50);
      check(fixture, model, settings, true);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void oneByOne(Fixture fixture) throws Exception {
    try (LanguageModel model = fixture.load()) {
      check(fixture, model, BatchSettings.defaults(), false);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "neox, 2",
    "neox, 4",
    "neox-bf16, 2",
    "neox-bf16, 4",
    "neox-sequential, 2",
    "neox-sequential, 4",
    "neox-sequential, 8",
    "gptj, 2",
    "gptj, 4"
  })
  void onSeveralDevices(String name, int devices) throws Exception {
    Fixture fixture = new Fixture(name);
    try (LanguageModel model = fixture.load(devices)) {
      check(fixture, model, BatchSettings.defaults().withMaxBatch(5).withPrefillChunk(50), true);
    }
  }

  private static void check(
      Fixture fixture, LanguageModel model, BatchSettings settings, boolean together)
      throws Exception {
    List<JsonNode> examples = fixture.goldenLines("generate.jsonl");
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, settings)) {
      List<Generation> generations = new ArrayList<>();
      for (JsonNode example : examples) {
        generations.add(outcomes.batcher().submit(request(model.promptFormat(), example)));
        if (!together) {
          outcomes.await(generations.get(generations.size() - 1));
        }
      }
      for (int i = 0; i < examples.size(); i++) {
        JsonNode expected = examples.get(i);
        Generation actual = generations.get(i);
        Outcome outcome = outcomes.await(actual);
        assertThat(actual.request().promptIds())
            .isEqualTo(Fixture.ints(expected.get("prompt_ids")));
        assertThat(actual.ids()).isEqualTo(Fixture.ints(expected.get("generated_ids")));
        assertThat(outcome).isInstanceOf(Outcome.Finished.class);
        assertThat(((Outcome.Finished) outcome).reason().name())
            .isEqualTo(expected.get("finish_reason").asText());
        assertThat(((Outcome.Finished) outcome).text()).isEqualTo(expected.get("text").asText());
      }
    }
  }

  private static GenerationRequest request(PromptFormat format, JsonNode example) {
    String context = example.get("context").isNull() ? null : example.get("context").asText();
    return new GenerationRequest(
        example.get("instruction").asText(),
        format.encode(example.get("instruction").asText(), context),
        Generated.NONE,
        example.get("max_new_tokens").asInt(),
        Sampling.GREEDY,
        0,
        format.newAnswer());
  }
}
