package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.TokenLogprob;
import dev.dolly.engine.sampling.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Log-probabilities of chosen and likeliest ids: the log-softmax of the reference's logits. */
class LogprobGoldenTest {
  /** The logits' tolerance, once in the id's and once in the sum of all. */
  private static final double TOLERANCE = 4e-4;

  private static final int TOP = 20;

  /** A flat distribution: the log-probabilities are those before temperature and filters. */
  private static final Sampling DRAWN = new Sampling(true, 3.0, 0.99, 400);

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void areThoseOfTheRawLogits(Fixture fixture) throws Exception {
    try (LanguageModel model = fixture.load();
        AwaitableBatcher outcomes = new AwaitableBatcher(model, BatchSettings.defaults())) {
      List<Generation> generations = new ArrayList<>();
      List<double[]> expected = new ArrayList<>();
      for (JsonNode example : fixture.golden("logits.json")) {
        int[] ids = Fixture.ints(example.get("ids"));
        int[] positions = Fixture.ints(example.get("positions"));
        float[] logits = fixture.goldenTensor("logits.safetensors", example.get("tensor").asText());
        int last = Math.min(positions.length, 8);
        for (int i = 0; i < last; i++) {
          if (positions[i] + 1 < model.window()) {
            int[] prompt = Arrays.copyOf(ids, positions[i] + 1);
            generations.add(outcomes.batcher().submit(request(generations.size(), prompt)));
            expected.add(logSoftmax(logits, i * model.config().vocabSize(), model));
          }
        }
      }
      for (int i = 0; i < generations.size(); i++) {
        outcomes.await(generations.get(i));
        Generated generated = generations.get(i).generated();
        check(generated.logprobs().get(0), generated.ids()[0], expected.get(i));
      }
    }
  }

  private static void check(TokenLogprob actual, int chosen, double[] expected) {
    assertThat(actual.logprob()).isCloseTo(expected[chosen], within(TOLERANCE));
    assertThat(actual.topIds()).hasSize(TOP).doesNotHaveDuplicates();
    double[] likeliest = expected.clone();
    Arrays.sort(likeliest);
    for (int k = 0; k < TOP; k++) {
      double logprob = actual.topLogprobs()[k];
      assertThat(logprob).isCloseTo(expected[actual.topIds()[k]], within(TOLERANCE));
      assertThat(logprob).isCloseTo(likeliest[likeliest.length - 1 - k], within(TOLERANCE));
      assertThat(k == 0 || logprob <= actual.topLogprobs()[k - 1]).isTrue();
    }
  }

  private static double[] logSoftmax(float[] logits, int from, LanguageModel model) {
    double[] row = new double[model.config().vocabSize()];
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < row.length; i++) {
      row[i] = logits[from + i];
      max = Math.max(max, row[i]);
    }
    double sum = 0;
    for (double x : row) {
      sum += Math.exp(x - max);
    }
    for (int i = 0; i < row.length; i++) {
      row[i] -= max + Math.log(sum);
    }
    return row;
  }

  private static GenerationRequest request(int seed, int[] prompt) {
    return new GenerationRequest(
        "golden",
        prompt,
        Generated.NONE,
        1,
        DRAWN,
        seed,
        TOP,
        Answer.idsOnly(),
        0,
        OptionalLong.empty());
  }
}
