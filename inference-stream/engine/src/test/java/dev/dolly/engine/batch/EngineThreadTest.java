package dev.dolly.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.Fixture;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.sampling.Sampling;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two models on one thread, as while one takes the other's place. */
@Timeout(60)
class EngineThreadTest {
  private static final int TOKENS = 200;
  private static final BatchSettings SETTINGS =
      BatchSettings.defaults().withMaxBatch(4).withCacheBytes(64L << 20);

  private static LanguageModel old;
  private static LanguageModel young;

  private final List<String> steps = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void load() {
    old = new Fixture("neox").load();
    young = new Fixture("neox-sequential").load();
  }

  @AfterAll
  static void unload() {
    old.close();
    young.close();
  }

  @Test
  void runningModelsTakeTurnsStepByStepAndOneGoesOnAlone() throws Exception {
    try (EngineThread thread = EngineThread.start(1);
        ContinuousBatcher first = start(thread, old, "old", new CountDownLatch(1));
        ContinuousBatcher second = start(thread, young, "young", new CountDownLatch(1))) {
      Generation before = first.submit(request("before", TOKENS));
      while (before.count() < 3) {
        Thread.onSpinWait();
      }
      Generation after = second.submit(request("after", TOKENS));
      while (before.outcome().isEmpty() || after.outcome().isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(before.count()).isEqualTo(TOKENS);
      assertThat(after.count()).isEqualTo(TOKENS);
    }
    int both = steps.indexOf("young");
    int alone = steps.lastIndexOf("old") + 1;
    assertThat(steps).hasSize(2 * TOKENS);
    assertThat(steps.subList(0, both)).containsOnly("old");
    assertThat(IntStream.range(both + 1, alone))
        .allMatch(i -> !steps.get(i).equals(steps.get(i - 1)));
    assertThat(steps.subList(alone, steps.size())).containsOnly("young");
  }

  @Test
  void oneThatIsClosedInTheMiddleLeavesTheOtherAlone() throws Exception {
    try (EngineThread thread = EngineThread.start(1);
        ContinuousBatcher stays = start(thread, old, "old", new CountDownLatch(1))) {
      Generation goesOn = stays.submit(request("goes on", TOKENS));
      CountDownLatch stepped = new CountDownLatch(1);
      Generation cut;
      try (ContinuousBatcher leaves = start(thread, young, "young", stepped)) {
        cut = leaves.submit(request("cut", TOKENS));
        stepped.await();
      }
      int computed = cut.count();
      while (goesOn.outcome().isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(goesOn.count()).isEqualTo(TOKENS);
      assertThat(cut.count()).isEqualTo(computed);
      assertThat(cut.outcome()).isEmpty();
    }
  }

  private ContinuousBatcher start(
      EngineThread thread, LanguageModel model, String name, CountDownLatch stepped) {
    BatchListener listener =
        new BatchListener() {
          @Override
          public void progressed() {}

          @Override
          public void stepped(Step step) {
            steps.add(name);
            stepped.countDown();
          }
        };
    return ContinuousBatcher.on(thread, model, SETTINGS, listener);
  }

  private static GenerationRequest request(String id, int tokens) {
    return new GenerationRequest(
        id,
        new int[] {5, 6, 7},
        Generated.NONE,
        tokens,
        Sampling.GREEDY,
        0,
        0,
        Answer.idsOnly(),
        0,
        OptionalLong.empty());
  }
}
