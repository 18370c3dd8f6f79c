package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.sampling.Draws;
import dev.dolly.engine.sampling.Sampling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The distributions that Hugging Face's filters leave, to 1e-5; and that draws follow them. */
class SamplingGoldenTest {
  private static final int DRAWS = 20_000;

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void distributionsAfterTheFilters(Fixture fixture) {
    try (LanguageModel model = fixture.load()) {
      for (JsonNode example : fixture.golden("sampling.json").get("cases")) {
        float[] expected =
            fixture.goldenTensor("sampling.safetensors", example.get("tensor").asText());
        double[] actual = distribution(model, fixture, sampling(example));
        for (int id = 0; id < expected.length; id++) {
          assertThat(actual[id]).as("%s, id %d", example, id).isCloseTo(expected[id], within(1e-5));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void drawsFollowTheDistribution(Fixture fixture) {
    try (LanguageModel model = fixture.load();
        PtNDManager scope = model.newScope()) {
      PtNDArray row = logits(scope, fixture);
      for (JsonNode example : fixture.golden("sampling.json").get("cases")) {
        float[] expected =
            fixture.goldenTensor("sampling.safetensors", example.get("tensor").asText());
        int[] counts = new int[expected.length];
        Draws draws = Draws.ofAnyShape(100);
        PtNDArray rows = row.repeat(0, 100);
        for (int i = 0; i < DRAWS; i++) {
          draws.add(sampling(example), 42, i);
          if (i % 100 == 99) {
            for (long id : draws.choose(model.script(), scope, rows).ids()) {
              counts[(int) id]++;
            }
            draws.clear();
          }
        }
        for (int id = 0; id < expected.length; id++) {
          double deviation = Math.sqrt(expected[id] * (1 - expected[id]) / DRAWS);
          assertThat(counts[id] / (double) DRAWS)
              .as("%s, id %d", example, id)
              .isCloseTo(expected[id], within(5 * deviation + 1e-9));
        }
      }
    }
  }

  private static double[] distribution(LanguageModel model, Fixture fixture, Sampling sampling) {
    try (PtNDManager scope = model.newScope()) {
      Draws draws = Draws.ofAnyShape(1);
      draws.add(sampling, 0, 0);
      return draws.distribution(model.script(), scope, logits(scope, fixture));
    }
  }

  private static PtNDArray logits(PtNDManager scope, Fixture fixture) {
    float[] logits = fixture.goldenTensor("sampling.safetensors", "logits");
    return (PtNDArray) scope.create(logits, new Shape(1, logits.length));
  }

  private static Sampling sampling(JsonNode example) {
    return new Sampling(
        true,
        example.get("temperature").asDouble(),
        example.get("top_p").asDouble(),
        example.get("top_k").asInt());
  }
}
