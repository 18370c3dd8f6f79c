package dev.dolly.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.AwaitableBatcher;
import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.sampling.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Equal bits in any company: ids and log-probabilities are compared as they are. */
class DeterministicModeTest {
  private static final int REQUESTS = 18;
  private static final int CHUNK = 16;

  /** Seven places: an odd number, so that rows fall into all parts of a kernel's blocks. */
  private static final BatchSettings SETTINGS = new BatchSettings(7, CHUNK, 0, true);

  static Stream<Arguments> models() {
    return Fixture.all().stream()
        .filter(fixture -> !fixture.name().equals("neox-bf16")) // neox in bfloat16 is here anyway
        .flatMap(
            fixture ->
                Stream.of(DType.FLOAT32, DType.BFLOAT16)
                    .map(dtype -> Arguments.of(fixture, dtype)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void aRequestsBitsDoNotDependOnItsCompany(Fixture fixture, DType dtype) throws Exception {
    try (LanguageModel model = load(fixture, dtype)) {
      List<Generated> alone = alone(model);
      check("together", alone, together(model, shuffled(1)));
      check("in another order", alone, together(model, shuffled(2)));
      check("joining one by one", alone, joiningOneByOne(model, shuffled(3)));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aResumedRequestGoesOnToTheBit(Fixture fixture, DType dtype) throws Exception {
    try (LanguageModel model = load(fixture, dtype);
        AwaitableBatcher outcomes = new AwaitableBatcher(model, SETTINGS)) {
      List<Generated> whole = alone(model, 5);
      List<Generation> resumed = new ArrayList<>();
      for (int i = 0; i < whole.size(); i++) {
        for (int cut : new int[] {1, whole.get(i).count() / 2, whole.get(i).count() - 1}) {
          resumed.add(outcomes.batcher().submit(request(i, first(whole.get(i), cut))));
        }
      }
      for (int i = 0; i < resumed.size(); i++) {
        outcomes.await(resumed.get(i));
        assertThat(resumed.get(i).generated()).as("request %d", i).isEqualTo(whole.get(i / 3));
      }
    }
  }

  @Test
  void aLongPromptHoldsUpTheOthersForOneChunkAStep() throws Exception {
    List<Step> steps = Collections.synchronizedList(new ArrayList<>());
    BatchListener listener =
        new BatchListener() {
          @Override
          public void progressed() {}

          @Override
          public void stepped(Step step) {
            steps.add(step);
          }
        };
    try (LanguageModel model = load(Fixture.all().get(0), DType.FLOAT32);
        ContinuousBatcher batcher = ContinuousBatcher.start(model, SETTINGS, listener)) {
      List<Generation> both = batcher.submitAll(List.of(ids(3, 100), ids(10 * CHUNK + 1, 2)));
      while (both.stream().anyMatch(generation -> generation.outcome().isEmpty())) {
        Thread.onSpinWait();
      }
      assertThat(steps).allMatch(step -> step.prefillTokens() <= CHUNK);
      assertThat(steps.subList(1, 12)).allMatch(step -> step.decodeTokens() == 1);
      assertThat(steps.subList(1, 12).stream().mapToInt(Step::prefillTokens).sum())
          .isEqualTo(10 * CHUNK + 1);
    }
  }

  @Test
  void saysSoInItsFingerprint() {
    try (LanguageModel model = load(Fixture.all().get(0), DType.FLOAT32);
        AwaitableBatcher fixed = new AwaitableBatcher(model, SETTINGS);
        AwaitableBatcher any = new AwaitableBatcher(model, BatchSettings.defaults())) {
      assertThat(fixed.batcher().fingerprint())
          .isEqualTo(model.fingerprint() + "/deterministic-slots-7-prefill-16");
      assertThat(any.batcher().fingerprint()).isEqualTo(model.fingerprint());
    }
  }

  @Test
  void theWholeCacheIsThereForRequests() throws Exception {
    try (LanguageModel model = load(Fixture.all().get(0), DType.FLOAT32);
        AwaitableBatcher outcomes =
            new AwaitableBatcher(model, SETTINGS.withCacheBytes(60 * model.cacheBytesPerToken()))) {
      assertThat(outcomes.batcher().cacheSize()).isEqualTo(60);
      assertThat(outcomes.batcher().cacheUsed()).isZero();
      Generation fits = outcomes.batcher().submit(ids(50, 11));
      outcomes.awaitThat(() -> fits.count() > 0);
      outcomes.await(fits);
      assertThat(fits.count()).isEqualTo(11);
    }
  }

  private static void check(String how, List<Generated> expected, List<Generation> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).generated()).as("request %d, %s", i, how).isEqualTo(expected.get(i));
    }
  }

  private static List<Generated> alone(LanguageModel model) throws InterruptedException {
    return alone(model, REQUESTS);
  }

  private static List<Generated> alone(LanguageModel model, int requests)
      throws InterruptedException {
    List<Generated> all = new ArrayList<>();
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, SETTINGS)) {
      for (int i = 0; i < requests; i++) {
        Generation generation = outcomes.batcher().submit(request(i, Generated.NONE));
        outcomes.await(generation);
        all.add(generation.generated());
      }
    }
    return all;
  }

  private static List<Generation> together(LanguageModel model, List<Integer> order)
      throws InterruptedException {
    Generation[] generations = new Generation[REQUESTS];
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, SETTINGS)) {
      List<Generation> submitted =
          outcomes
              .batcher()
              .submitAll(order.stream().map(i -> request(i, Generated.NONE)).toList());
      for (int i = 0; i < order.size(); i++) {
        generations[order.get(i)] = submitted.get(i);
        outcomes.await(submitted.get(i));
      }
    }
    return List.of(generations);
  }

  private static List<Generation> joiningOneByOne(LanguageModel model, List<Integer> order)
      throws InterruptedException {
    Generation[] generations = new Generation[REQUESTS];
    try (AwaitableBatcher outcomes = new AwaitableBatcher(model, SETTINGS)) {
      for (int i : order) {
        Generation generation = outcomes.batcher().submit(request(i, Generated.NONE));
        generations[i] = generation;
        outcomes.awaitThat(() -> generation.count() > 1 || generation.outcome().isPresent());
      }
      for (Generation generation : generations) {
        outcomes.await(generation);
      }
    }
    return List.of(generations);
  }

  private static List<Integer> shuffled(int seed) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, REQUESTS).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  private static Generated first(Generated whole, int count) {
    return new Generated(Arrays.copyOf(whole.ids(), count), whole.logprobs().subList(0, count));
  }

  /** Prompts of one token up to several chunks, greedy, peaked and flat draws. */
  private static GenerationRequest request(int index, Generated resumed) {
    Random random = new Random(index);
    int prompt = 1 + random.nextInt(4 * CHUNK);
    Sampling[] samplings = {
      Sampling.GREEDY, new Sampling(true, 1.0, 0.92, 0), new Sampling(true, 3.0, 1.0, 0)
    };
    return new GenerationRequest(
        "request-" + index,
        random.ints(prompt, 2, 500).toArray(),
        resumed,
        5 + random.nextInt(30),
        samplings[index % samplings.length],
        index,
        5,
        Answer.idsOnly(),
        0,
        OptionalLong.empty());
  }

  private static GenerationRequest ids(int promptTokens, int newTokens) {
    int[] prompt = new Random(promptTokens).ints(promptTokens, 2, 500).toArray();
    return new GenerationRequest(
        "ids", prompt, Generated.NONE, newTokens, Sampling.GREEDY, 0, Answer.idsOnly());
  }

  private static LanguageModel load(Fixture fixture, DType dtype) {
    return LanguageModel.load(ModelDirectory.open(fixture.path()), ComputeSettings.of(dtype));
  }
}
