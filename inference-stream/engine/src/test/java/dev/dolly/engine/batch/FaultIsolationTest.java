package dev.dolly.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.AwaitableBatcher;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.PoisonedModel;
import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.sampling.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that cannot be computed leaves alone. */
class FaultIsolationTest {
  private static final int CHUNK = 64;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoseNumbersGoBad(boolean deterministic) throws Exception {
    try (LanguageModel model = PoisonedModel.load(directory)) {
      assertThatOthersGoOn(model, deterministic, PoisonedModel.prompt(), Fault.NUMERIC_FAULT);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whosePassThrows(boolean deterministic) throws Exception {
    // The model has no row for such an id, which shows in the prompt's second chunk.
    int[] prompt = new Random(1).ints(CHUNK + 6, 2, 500).toArray();
    prompt[CHUNK + 2] = 1_000_000;
    try (LanguageModel model = Fixture.all().get(0).load()) {
      assertThatOthersGoOn(model, deterministic, prompt, Fault.INTERNAL);
    }
  }

  /** Then no request is to blame, and the task can start again. */
  @Test
  void anEngineThatCanComputeNothingFailsAsAWhole() throws Exception {
    LanguageModel model = Fixture.all().get(0).load();
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, BatchSettings.defaults())) {
      Generation healthy = outcomes.batcher().submit(request("good", new int[] {5, 6}, 1));
      assertThat(outcomes.await(healthy)).isInstanceOf(Outcome.Finished.class);
      model.close();
      outcomes.batcher().submit(request("good", new int[] {5, 6}, 1));
      outcomes.awaitThat(() -> outcomes.batcher().failure().isPresent());
    }
  }

  private static void assertThatOthersGoOn(
      LanguageModel model, boolean deterministic, int[] bad, Fault fault)
      throws InterruptedException {
    BatchSettings settings = new BatchSettings(4, CHUNK, 0, deterministic);
    List<Generated> healthy = run(model, settings, Optional.empty(), fault);
    List<Generated> beside = run(model, settings, Optional.of(bad), fault);
    for (int i = 0; i < healthy.size(); i++) {
      if (deterministic) {
        assertThat(beside.get(i)).as("request %d", i).isEqualTo(healthy.get(i));
      } else {
        assertThat(beside.get(i).ids()).as("request %d", i).isEqualTo(healthy.get(i).ids());
      }
    }
  }

  /** Some fair requests; a bad one before each if wanted, so that its place is taken over. */
  private static List<Generated> run(
      LanguageModel model, BatchSettings settings, Optional<int[]> bad, Fault fault)
      throws InterruptedException {
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, settings)) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        if (bad.isPresent()) {
          requests.add(request("bad", bad.get(), i));
        }
        int[] prompt = new Random(i).ints(5 + i, 2, 500).toArray();
        requests.add(request("good", prompt, i));
      }
      List<Generated> good = new ArrayList<>();
      for (Generation generation : outcomes.batcher().submitAll(requests)) {
        Outcome outcome = outcomes.await(generation);
        if (generation.request().id().equals("bad")) {
          assertThat(outcome)
              .isInstanceOfSatisfying(Failed.class, f -> assertThat(f.fault()).isEqualTo(fault));
          assertThat(generation.generated()).isEqualTo(Generated.NONE);
        } else {
          assertThat(outcome).isInstanceOf(Outcome.Finished.class);
          good.add(generation.generated());
        }
      }
      assertThat(outcomes.batcher().failure()).isEmpty();
      return good;
    }
  }

  private static GenerationRequest request(String id, int[] prompt, int seed) {
    return new GenerationRequest(
        id,
        prompt,
        Generated.NONE,
        12,
        new Sampling(true, 1.0, 0.92, 0),
        seed,
        3,
        Answer.idsOnly(),
        0,
        OptionalLong.empty());
  }
}
