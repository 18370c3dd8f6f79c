package dev.dolly.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.AwaitableBatcher;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.batch.Outcome.Finished;
import dev.dolly.engine.sampling.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ContinuousBatcherTest {
  private static final Sampling DEFAULT = new Sampling(true, 1.0, 0.92, 0);

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
  void aSeededRequestGetsTheSameTokensAloneAndInCompany() throws Exception {
    List<int[]> alone = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults())) {
        Generation generation = outcomes.batcher().submit(sampled(i));
        outcomes.await(generation);
        alone.add(generation.ids());
      }
    }
    BatchSettings crowded = BatchSettings.defaults().withMaxBatch(7).withPrefillChunk(16);
    try (AwaitableBatcher outcomes = batcher(crowded)) {
      List<Generation> together = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        together.add(outcomes.batcher().submit(sampled(i)));
      }
      for (int i = 0; i < 24; i++) {
        outcomes.await(together.get(i));
        assertThat(together.get(i).ids()).as("request %d", i).isEqualTo(alone.get(i));
      }
    }
  }

  @Test
  void aResumedRequestGoesOnWhereItWas() throws Exception {
    try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults())) {
      for (int i = 0; i < 8; i++) {
        Generation whole = outcomes.batcher().submit(sampled(i));
        outcomes.await(whole);
        for (int cut : new int[] {1, whole.count() / 2, whole.count() - 1}) {
          GenerationRequest request = sampled(i, Arrays.copyOf(whole.ids(), cut));
          Generation resumed = outcomes.batcher().submit(request);
          assertThat(outcomes.await(resumed)).isEqualTo(whole.outcome().orElseThrow());
          assertThat(resumed.ids()).isEqualTo(whole.ids());
        }
      }
    }
  }

  @Test
  void aRequestRestoredWithAllItsTokensIsAnsweredAtOnce() throws Exception {
    try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults())) {
      Generation whole = outcomes.batcher().submit(sampled(3));
      Outcome expected = outcomes.await(whole);
      Generation restored = outcomes.batcher().submit(sampled(3, whole.ids()));
      assertThat(outcomes.await(restored)).isEqualTo(expected);
      assertThat(restored.timings().decodeMillis()).isZero();
    }
  }

  @Test
  void aShortAnswerDoesNotWaitForALongOne() throws Exception {
    try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults())) {
      Generation slow = outcomes.batcher().submit(ids("long", 10, 400));
      outcomes.awaitThat(() -> slow.count() > 0);
      Generation quick = outcomes.batcher().submit(ids("short", 10, 3));
      outcomes.await(quick);
      assertThat(slow.outcome()).isEmpty();
      outcomes.await(slow);
      assertThat(slow.count()).isEqualTo(400);
    }
  }

  @Test
  void whatCannotBeServedLeavesAloneWithItsFault() throws Exception {
    long room = model.cacheBytesPerToken() * 100;
    try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults().withCacheBytes(room))) {
      Generation fits = outcomes.batcher().submit(ids("fits", 50, 51));
      Generation tooMuch = outcomes.batcher().submit(ids("too much", 50, 52));
      Generation tooLong = outcomes.batcher().submit(ids("too long", model.window(), 1));
      Generation next = outcomes.batcher().submit(ids("next", 90, 5));
      assertThat(outcomes.await(tooMuch))
          .isInstanceOfSatisfying(
              Failed.class, f -> assertThat(f.fault()).isEqualTo(Fault.CACHE_EXHAUSTED));
      assertThat(outcomes.await(tooLong))
          .isInstanceOfSatisfying(
              Failed.class, f -> assertThat(f.fault()).isEqualTo(Fault.PROMPT_TOO_LONG));
      assertThat(outcomes.await(fits)).isInstanceOf(Finished.class);
      assertThat(outcomes.await(next)).isInstanceOf(Finished.class);
    }
  }

  @Test
  void theWindowEndsAnAnswer() throws Exception {
    try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults())) {
      int prompt = model.window() - 3;
      Generation generation = outcomes.batcher().submit(ids("edge", prompt, 1_000_000_000));
      assertThat(outcomes.await(generation)).isEqualTo(new Finished(FinishReason.LENGTH, ""));
      assertThat(generation.count()).isEqualTo(3);
    }
  }

  @Test
  void aCancelledRequestKeepsWhatThereIsWhetherItRunsOrWaits() throws Exception {
    try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults().withMaxBatch(1))) {
      Generation runs = outcomes.batcher().submit(ids("runs", 10, 450));
      Generation waits = outcomes.batcher().submit(ids("waits", 10, 450));
      outcomes.awaitThat(() -> runs.count() > 2);
      outcomes.batcher().cancel(waits);
      outcomes.batcher().cancel(runs);
      assertThat(outcomes.await(runs)).isEqualTo(new Finished(FinishReason.CANCELLED, ""));
      assertThat(outcomes.await(waits)).isEqualTo(new Finished(FinishReason.CANCELLED, ""));
      assertThat(runs.count()).isBetween(3, 449);
      assertThat(waits.count()).isZero();
    }
  }

  @Test
  void anAnswerThatThrowsTakesOnlyItsOwnRequestDown() throws Exception {
    Answer broken =
        new Answer() {
          @Override
          public Optional<FinishReason> accept(int id) {
            throw new IllegalStateException("cannot decode");
          }

          @Override
          public String stable() {
            return "";
          }

          @Override
          public String complete() {
            return "";
          }
        };
    try (AwaitableBatcher outcomes = batcher(BatchSettings.defaults())) {
      GenerationRequest bad =
          new GenerationRequest(
              "bad", new int[] {5, 6}, new int[0], 10, Sampling.GREEDY, 0, broken);
      Generation failing = outcomes.batcher().submit(bad);
      Generation healthy = outcomes.batcher().submit(ids("healthy", 10, 20));
      assertThat(outcomes.await(failing))
          .isInstanceOfSatisfying(
              Failed.class, f -> assertThat(f.message()).contains("cannot decode"));
      assertThat(outcomes.await(healthy)).isInstanceOf(Finished.class);
    }
  }

  @Test
  void nothingCanBeSubmittedToAClosedBatcher() {
    AwaitableBatcher outcomes = batcher(BatchSettings.defaults());
    outcomes.close();
    assertThatThrownBy(() -> outcomes.batcher().submit(ids("late", 1, 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static AwaitableBatcher batcher(BatchSettings settings) {
    return new AwaitableBatcher(model, settings);
  }

  private static GenerationRequest sampled(int index, int... resumed) {
    Random random = new Random(index);
    String instruction = "Number " + random.nextInt() + " " + "word ".repeat(random.nextInt(30));
    return new GenerationRequest(
        "sampled-" + index,
        model.promptFormat().encode(instruction, null),
        resumed,
        10 + random.nextInt(60),
        DEFAULT,
        1000 + index,
        model.promptFormat().newAnswer());
  }

  private static GenerationRequest ids(String id, int promptTokens, int newTokens) {
    int[] prompt = new Random(id.hashCode()).ints(promptTokens, 2, 500).toArray();
    return new GenerationRequest(
        id, prompt, new int[0], newTokens, Sampling.GREEDY, 0, Answer.idsOnly());
  }
}
