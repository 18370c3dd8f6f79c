package dev.dolly.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.AwaitableBatcher;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.PoisonedModel;
import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.sampling.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request whose numbers go bad leaves alone. */
class NumericFaultTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theOthersTokensDoNotChange(boolean deterministic) throws Exception {
    BatchSettings settings = new BatchSettings(4, 64, 0, deterministic);
    try (LanguageModel model = PoisonedModel.load(directory)) {
      List<Generated> healthy = run(model, settings, false);
      List<Generated> beside = run(model, settings, true);
      for (int i = 0; i < healthy.size(); i++) {
        if (deterministic) {
          assertThat(beside.get(i)).as("request %d", i).isEqualTo(healthy.get(i));
        } else {
          assertThat(beside.get(i).ids()).as("request %d", i).isEqualTo(healthy.get(i).ids());
        }
      }
    }
  }

  /** Some fair requests; a poisoned one before each if wanted, so that its place is taken over. */
  private static List<Generated> run(LanguageModel model, BatchSettings settings, boolean poisoned)
      throws InterruptedException {
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, settings)) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        if (poisoned) {
          requests.add(request("bad", PoisonedModel.prompt(), i));
        }
        int[] prompt = new Random(i).ints(5 + i, 2, 500).toArray();
        requests.add(request("good", prompt, i));
      }
      List<Generated> good = new ArrayList<>();
      for (Generation generation : outcomes.batcher().submitAll(requests)) {
        Outcome outcome = outcomes.await(generation);
        if (generation.request().id().equals("bad")) {
          assertThat(outcome)
              .isInstanceOfSatisfying(
                  Failed.class, f -> assertThat(f.fault()).isEqualTo(Fault.NUMERIC_FAULT));
          assertThat(generation.generated()).isEqualTo(Generated.NONE);
        } else {
          assertThat(outcome).isInstanceOf(Outcome.Finished.class);
          good.add(generation.generated());
        }
      }
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
