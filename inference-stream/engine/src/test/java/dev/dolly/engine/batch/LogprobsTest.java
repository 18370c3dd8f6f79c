package dev.dolly.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.AwaitableBatcher;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.sampling.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LogprobsTest {
  private static final int VOCABULARY = 20_000;

  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = Fixture.all().get(0).load();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void aRowsBitsDoNotDependOnTheOtherRows() {
    Random random = new Random(3);
    float[][] rows = new float[9][VOCABULARY];
    for (float[] row : rows) {
      for (int i = 0; i < VOCABULARY; i++) {
        row[i] = (float) (10 * random.nextGaussian());
      }
    }
    TokenLogprob[] together = compute(rows);
    for (int i = 0; i < rows.length; i++) {
      assertThat(compute(rows[i])).containsExactly(together[i]);
    }
  }

  @Test
  void aSmallVocabularyHasNoMoreAlternativesThanIds() {
    try (PtNDManager scope = model.newScope()) {
      Logprobs logprobs = new Logprobs(1, 3);
      logprobs.add(0, 2, 20);
      PtNDArray row = (PtNDArray) scope.create(new float[] {1, 3, 2}, new Shape(1, 3));
      TokenLogprob only = logprobs.compute(model.script(), scope, row)[0];
      assertThat(only.topIds()).containsExactly(1, 2, 0);
      assertThat(only.logprob()).isEqualTo(only.topLogprobs()[1]);
      assertThat(Arrays.stream(only.topLogprobs()).map(Math::exp).sum()).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void whoWantsNoneGetsNoneBesideOthersWhoDo() throws Exception {
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, BatchSettings.defaults())) {
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        generations.add(outcomes.batcher().submit(request(i, i % 3, Generated.NONE)));
      }
      for (int i = 0; i < 6; i++) {
        outcomes.await(generations.get(i));
        int tops = i % 3;
        Generated generated = generations.get(i).generated();
        assertThat(generated.ids()).isEqualTo(generations.get(i).ids());
        assertThat(generated.logprobs()).hasSize(tops == 0 ? 0 : generated.count());
        assertThat(generated.logprobs()).allMatch(each -> each.topIds().length == tops);
      }
    }
  }

  @Test
  void whatIsResumedIsKeptAndTheRestFollows() throws Exception {
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, BatchSettings.defaults())) {
      Generation whole = outcomes.batcher().submit(request(1, 5, Generated.NONE));
      outcomes.await(whole);
      Generated all = whole.generated();
      // not what the model would say: it is not asked again
      TokenLogprob marked = new TokenLogprob(-99, new int[] {7}, new double[] {-98});
      Generated before =
          new Generated(Arrays.copyOf(all.ids(), 2), List.of(marked, all.logprobs().get(1)));
      Generation resumed = outcomes.batcher().submit(request(1, 5, before));
      outcomes.await(resumed);
      assertThat(resumed.ids()).isEqualTo(all.ids());
      assertThat(resumed.generated().logprobs().subList(0, 2)).isEqualTo(before.logprobs());
      for (int i = 2; i < all.count(); i++) {
        assertThat(resumed.generated().logprobs().get(i).logprob())
            .isCloseTo(all.logprobs().get(i).logprob(), within(1e-4));
      }
    }
  }

  @Test
  void whatIsResumedMustFitTheWish() {
    assertThatThrownBy(() -> request(1, 5, Generated.of(3, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 tokens are resumed with 0 log-probabilities");
    assertThatThrownBy(() -> request(1, 21, Generated.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 20");
  }

  private static TokenLogprob[] compute(float[]... rows) {
    try (PtNDManager scope = model.newScope()) {
      float[] flat = new float[rows.length * VOCABULARY];
      Logprobs logprobs = new Logprobs(rows.length, VOCABULARY);
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(rows[i], 0, flat, i * VOCABULARY, VOCABULARY);
        logprobs.add(i, 17, 20);
      }
      PtNDArray logits = (PtNDArray) scope.create(flat, new Shape(rows.length, VOCABULARY));
      return logprobs.compute(model.script(), scope, logits);
    }
  }

  private static GenerationRequest request(int seed, int logprobs, Generated resumed) {
    return new GenerationRequest(
        "request",
        new Random(seed).ints(9, 2, 500).toArray(),
        resumed,
        8,
        new Sampling(true, 1.0, 0.92, 0),
        seed,
        logprobs,
        Answer.idsOnly(),
        0,
        OptionalLong.empty());
  }
}
