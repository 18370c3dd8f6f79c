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
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
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
  void whoNeedsMuchOfTheCacheIsNotOvertakenByThoseWhoNeedLittle() throws Exception {
    long room = model.cacheBytesPerToken() * 100;
    BatchSettings settings = BatchSettings.defaults().withCacheBytes(room).withMaxBatch(4);
    try (AwaitableBatcher outcomes = batcher(settings)) {
      List<GenerationRequest> requests = new ArrayList<>();
      requests.add(ids("runs", 10, 60));
      requests.add(ids("large", 80, 21));
      for (int i = 0; i < 30; i++) {
        requests.add(ids("small-" + i, 5, 6));
      }
      List<Generation> generations = outcomes.batcher().submitAll(requests);
      Generation large = generations.get(1);
      List<Generation> small = generations.subList(2, 32);
      outcomes.awaitThat(() -> large.count() > 0 || small.stream().anyMatch(g -> g.count() > 0));
      assertThat(large.count()).as("the small ones had to wait").isPositive();
      for (Generation generation : generations) {
        assertThat(outcomes.await(generation)).isInstanceOf(Finished.class);
      }
    }
  }

  @Test
  void saysHowFullItIsAndWhatAStepDid() throws Exception {
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
    BatchSettings settings =
        BatchSettings.defaults()
            .withMaxBatch(2)
            .withPrefillChunk(16)
            .withCacheBytes(model.cacheBytesPerToken() * 2000);
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, listener)) {
      assertThat(batcher.cacheSize()).isEqualTo(2000);
      List<Generation> all =
          batcher.submitAll(List.of(ids("a", 20, 400), ids("b", 10, 400), ids("c", 7, 2)));
      while (all.get(1).count() < 2) {
        Thread.onSpinWait();
      }
      assertThat(batcher.running()).isEqualTo(2);
      assertThat(batcher.waiting()).isEqualTo(1);
      assertThat(batcher.cacheUsed()).isEqualTo(20 + 400 - 1 + 10 + 400 - 1);
      batcher.cancel(all.get(0));
      batcher.cancel(all.get(1));
      while (all.stream().anyMatch(generation -> generation.outcome().isEmpty())) {
        Thread.onSpinWait();
      }
      while (batcher.running() > 0) {
        Thread.onSpinWait();
      }
      assertThat(batcher.waiting()).isZero();
      assertThat(batcher.cacheUsed()).isZero();
    }
    assertThat(steps.get(0))
        .extracting(Step::sequences, Step::prefillTokens, Step::decodeTokens)
        .containsExactly(1, 16, 0);
    assertThat(steps.get(1))
        .extracting(Step::sequences, Step::prefillTokens, Step::decodeTokens)
        .containsExactly(2, 14, 0);
    assertThat(steps.get(2))
        .extracting(Step::sequences, Step::prefillTokens, Step::decodeTokens)
        .containsExactly(2, 0, 2);
    assertThat(steps).allMatch(step -> step.nanos() > 0);
    assertThat(steps.stream().mapToInt(Step::prefillTokens).sum()).isEqualTo(20 + 10 + 7);
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
  void anUrgentRequestGoesFirstButNoneWaitsForEver() throws Exception {
    WaitingRequests waiting = new WaitingRequests();
    long second = 1_000_000_000L;
    waiting.add(queued("patient", -10, 0));
    waiting.add(queued("plain", 0, second));
    waiting.add(queued("urgent", 10, 2 * second));
    waiting.add(queued("later", 0, 3 * second));
    waiting.add(queued("urgent but too late", 10, 201 * second));
    assertThat(waiting.all())
        .extracting(generation -> generation.request().id())
        .containsExactly("urgent", "plain", "later", "patient", "urgent but too late");
  }

  @Test
  void aDeadlineBeforePrefillIsAFaultAndDuringDecodingAnEnd() throws Exception {
    AtomicLong now = new AtomicLong(1_000);
    Clock clock = new SettableClock(now);
    Object changed = new Object();
    BatchListener wake =
        () -> {
          synchronized (changed) {
            changed.notifyAll();
          }
        };
    BatchSettings settings = BatchSettings.defaults().withMaxBatch(1);
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, clock, wake)) {
      Generation runs = batcher.submit(due("runs", 2_000));
      Generation waits = batcher.submit(due("waits", 2_000));
      Generation resumed = batcher.submit(due("resumed", 2_000, 7, 8, 9));
      synchronized (changed) {
        while (runs.count() < 3) {
          changed.wait();
        }
        now.set(2_000);
        while (!Stream.of(runs, waits, resumed).allMatch(g -> g.outcome().isPresent())) {
          changed.wait();
        }
      }
      assertThat(runs.outcome()).contains(new Finished(FinishReason.DEADLINE, ""));
      assertThat(runs.count()).isBetween(3, 449);
      assertThat(waits.outcome().orElseThrow())
          .isInstanceOfSatisfying(
              Failed.class, f -> assertThat(f.fault()).isEqualTo(Fault.DEADLINE_EXPIRED));
      assertThat(resumed.outcome()).contains(new Finished(FinishReason.DEADLINE, ""));
    }
  }

  @Test
  void aDeadlineThatPassesInTheBatchBeforeThePromptIsComputedIsAFault() throws Exception {
    AtomicLong now = new AtomicLong(1_000);
    // a long prompt in chunks of one token keeps the second one from its first chunk
    BatchSettings settings = BatchSettings.defaults().withMaxBatch(2).withPrefillChunk(1);
    BatchListener passTime = () -> now.set(2_000);
    Clock clock = new SettableClock(now);
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, clock, passTime)) {
      List<Generation> both =
          batcher.submitAll(List.of(ids("first", 300, 1), due("second", 2_000)));
      while (both.get(1).outcome().isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(both.get(1).outcome().orElseThrow())
          .isInstanceOfSatisfying(
              Failed.class, f -> assertThat(f.fault()).isEqualTo(Fault.DEADLINE_EXPIRED));
      assertThat(both.get(1).count()).isZero();
    }
  }

  private static GenerationRequest due(String id, long deadline, int... resumed) {
    return new GenerationRequest(
        id,
        new int[] {5, 6, 7},
        Generated.of(resumed),
        450,
        Sampling.GREEDY,
        0,
        0,
        Answer.idsOnly(),
        0,
        OptionalLong.of(deadline));
  }

  private static Generation queued(String id, int priority, long submittedNanos) {
    GenerationRequest request =
        new GenerationRequest(
            id,
            new int[] {5},
            Generated.NONE,
            1,
            Sampling.GREEDY,
            0,
            0,
            Answer.idsOnly(),
            priority,
            OptionalLong.empty());
    return new Generation(request, 1, submittedNanos);
  }

  private static final class SettableClock extends Clock {
    private final AtomicLong millis;

    SettableClock(AtomicLong millis) {
      this.millis = millis;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis.get());
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
              "bad", new int[] {5, 6}, Generated.NONE, 10, Sampling.GREEDY, 0, broken);
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
        Generated.of(resumed),
        10 + random.nextInt(60),
        DEFAULT,
        1000 + index,
        model.promptFormat().newAnswer());
  }

  private static GenerationRequest ids(String id, int promptTokens, int newTokens) {
    int[] prompt = new Random(id.hashCode()).ints(promptTokens, 2, 500).toArray();
    return new GenerationRequest(
        id, prompt, Generated.NONE, newTokens, Sampling.GREEDY, 0, Answer.idsOnly());
  }
}
