package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.gate.Budget;
import dev.dolly.eval.gate.GateListener;
import dev.dolly.eval.gate.Subject;
import dev.dolly.eval.gate.Suite;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The promotion gate on a broker: each test has a model of its own. */
@Timeout(300)
class GateTest {
  @TempDir private static Path shared;
  private static BrokerAndRegistry broker;

  @TempDir private Path directory;
  private String model;
  private GateRig rig;

  @BeforeAll
  static void start() {
    broker = new BrokerAndRegistry(shared);
    broker.cluster.create(TopicCatalogue.avro());
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @BeforeEach
  void model(TestInfo test) {
    model = test.getTestMethod().orElseThrow().getName();
    rig = new GateRig(broker, model, directory);
  }

  /** Dies once at each step that it comes to. */
  private static final class Kills implements GateListener {
    private final List<String> met = new ArrayList<>();
    private final Set<String> survived = new HashSet<>();

    private void at(String step, CheckpointEvent event) {
      if (survived.add(step + " " + event.getVersion())) {
        met.add(step + " " + event.getVersion());
        throw new GateRig.Killed();
      }
    }

    @Override
    public void evaluating(CheckpointEvent event) {
      at("evaluating", event);
    }

    @Override
    public void judged(CheckpointEvent decision) {
      at("judged", decision);
    }

    @Override
    public void written(CheckpointEvent decision) {
      at("written", decision);
    }

    @Override
    public void decided(CheckpointEvent decision) {
      at("decided", decision);
    }
  }

  @Test
  void aGateThatIsKilledAtEveryStepDecidesOnce() throws Exception {
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "a", 2.0);
      rig.save(saved, "b", 2.5);
      rig.save(saved, "c", 1.9);
    }
    Kills kills = new Kills();
    int deaths = 0;
    while (!kills.met.contains("decided c")) {
      try {
        rig.gate(GateRig.rules(GateRig.BUDGET), new GateRig.Scores(), kills).run();
      } catch (GateRig.Killed e) {
        deaths++;
      }
    }
    // Nothing of it is done again.
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "last", 5);
    }
    rig.runUntilDecided("last");

    assertThat(deaths).isEqualTo(12);
    assertThat(kills.met)
        .containsExactly(
            "evaluating a",
            "judged a",
            "written a",
            "decided a",
            "evaluating b",
            "judged b",
            "written b",
            "decided b",
            "evaluating c",
            "judged c",
            "written c",
            "decided c");
    assertThat(rig.decisions())
        .extracting(CheckpointEvent::getVersion, CheckpointEvent::getStatus)
        .containsExactly(
            tuple("a", CheckpointStatus.PROMOTED),
            tuple("b", CheckpointStatus.REJECTED),
            tuple("c", CheckpointStatus.PROMOTED),
            tuple("last", CheckpointStatus.REJECTED));
    assertThat(rig.decisions().get(1).getReason())
        .isEqualTo(
            "not_worse_than_current heldout.loss: 2.5000 ± 0.1000 against 2.0000 ± 0.1000 of a,"
                + " worse by 0.5000; 2.0 standard errors are 0.2828");
    assertThat(rig.results())
        .extracting(EvalResult::getVersion, EvalResult::getDecision)
        .containsExactly(
            tuple("a", "PROMOTED"),
            tuple("b", "REJECTED"),
            tuple("c", "PROMOTED"),
            tuple("last", "REJECTED"));
    assertThat(rig.results().get(1).getRule()).isEqualTo(rig.decisions().get(1).getReason());
    assertThat(rig.results().get(1).getCodeVersion()).matches("\\d+\\.\\d+.*");
  }

  @Test
  void whatOthersDecidedAndWhatIsOlderThanTheRunningVersionIsPassedOver() throws Exception {
    List<String> passed = new ArrayList<>();
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "a", 2.0);
      rig.save(saved, "b", 2.0);
      saved.promote(model, "b");
      rig.save(saved, "c", 2.0);
    }
    GateListener stop =
        new GateListener() {
          @Override
          public void passedOver(CheckpointEvent candidate, String why) {
            passed.add(candidate.getVersion() + ": " + why);
          }

          @Override
          public void decided(CheckpointEvent decision) {
            throw new GateRig.Killed();
          }
        };
    rig.run(GateRig.rules(GateRig.BUDGET), new GateRig.Scores(), stop);
    assertThat(passed)
        .containsExactly(
            "a: b, which was saved after it, runs already", "b: it is PROMOTED already");

    // And the same where the gate's offset is lost.
    try (Admin admin = broker.cluster.admin()) {
      admin.deleteConsumerGroups(List.of("dolly-gate-" + model)).all().get();
    }
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "d", 2.0);
    }
    rig.run(GateRig.rules(GateRig.BUDGET), new GateRig.Scores(), stop);
    assertThat(passed).hasSize(5).contains("c: it is PROMOTED already");
    assertThat(rig.decisions())
        .extracting(CheckpointEvent::getVersion)
        .containsExactly("b", "c", "d");
  }

  @Test
  void aVersionThatRunsWithoutResultsIsEvaluatedToo() throws Exception {
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "a", 2.05); // of which no other test has results: they go by digest
      saved.promote(model, "a");
      rig.save(saved, "b", 2.1);
      rig.save(saved, "c", 2.2);
    }
    rig.runUntilDecided("c");
    assertThat(rig.results())
        .extracting(EvalResult::getVersion, EvalResult::getDecision)
        .containsExactly(tuple("b", "PROMOTED"), tuple("a", null), tuple("c", "PROMOTED"));
  }

  @Test
  void whatIsNotDoneInTimeIsRejected() throws Exception {
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "a", 2.0);
    }
    rig.run(GateRig.rules(Duration.ofNanos(1)), new GateRig.Scores(), GateRig.until("a"));
    assertThat(rig.decisions()).hasSize(1);
    assertThat(rig.decisions().get(0).getStatus()).isEqualTo(CheckpointStatus.REJECTED);
    assertThat(rig.decisions().get(0).getReason()).startsWith("budget: not done within 0 s");
  }

  @Test
  void whatIsMissingOrBrokenIsRejectedAndADeadLetter() throws Exception {
    Path elsewhere = Files.createTempDirectory("dolly-elsewhere");
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory);
        Checkpoints outside = new Checkpoints(broker.cluster, elsewhere)) {
      Files.delete(rig.save(saved, "no-manifest", 2).resolve("manifest.json"));
      Files.delete(rig.save(saved, "no-score", 2).resolve(GateRig.SCORE));
      Checkpoints.damage(rig.save(saved, "damaged", 2));
      rig.save(outside, "outside", 2);
      CheckpointEvent event =
          CheckpointEvent.newBuilder(rig.event("damaged"))
              .setUri("s3://bucket/x")
              .setVersion("remote")
              .setEventId("remote")
              .build();
      saved.put(event);
      rig.save(saved, "other-digest", 2);
      Files.writeString(
          directory.resolve(model).resolve("other-digest/manifest.json"),
          "\n", // still JSON
          StandardOpenOption.APPEND);
      rig.save(saved, "another", 2);
      saved.put(
          CheckpointEvent.newBuilder(rig.event("another"))
              .setArchitecture("GPTJForCausalLM")
              .setVersion("other-architecture")
              .setEventId("other-architecture")
              .build());
    }
    rig.runUntilDecided("other-architecture");

    Map<String, String> reasons = new HashMap<>();
    rig.decisions().forEach(each -> reasons.put(each.getVersion(), each.getReason()));
    assertThat(reasons.get("no-manifest")).startsWith("CHECKPOINT_MISSING: ");
    assertThat(reasons.get("no-score")).startsWith("CHECKPOINT_MISSING: ").contains(GateRig.SCORE);
    assertThat(reasons.get("damaged")).startsWith("CHECKPOINT_DIGEST: ");
    assertThat(reasons.get("outside")).contains("CHECKPOINT_MISSING", "checkpoint-prefixes");
    assertThat(reasons.get("remote")).contains("CHECKPOINT_MISSING", "lies under none of");
    assertThat(reasons.get("other-digest")).contains("CHECKPOINT_DIGEST", "the event names");
    assertThat(reasons.get("other-architecture")).startsWith("CHECKPOINT_ARCHITECTURE: ");
    assertThat(reasons.get("another")).startsWith("all rules hold: ");

    List<DeadLetter> letters = rig.deadLetters();
    assertThat(letters).hasSize(7).allMatch(letter -> letter.getStage() == Stage.eval);
    assertThat(letters)
        .filteredOn(letter -> letter.getErrorCode() == ErrorCode.CHECKPOINT_ARCHITECTURE)
        .hasSize(1);
  }

  /** Takes the process with it when it comes to a version's evaluation. */
  private static final class Deadly extends GateRig.Scores {
    private final String version;
    private int tries;

    Deadly(String version) {
      this.version = version;
    }

    @Override
    public void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
        throws InterruptedException {
      if (subject.event().getVersion().equals(version)) {
        tries++;
        throw new GateRig.Killed();
      }
      super.evaluate(subject, budget, done);
    }
  }

  @Test
  void aCandidateThatKillsTheProcessTwiceIsRejected() throws Exception {
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "a", 2.0);
      rig.save(saved, "deadly", 2.0);
      rig.save(saved, "c", 2.0);
    }
    Deadly deadly = new Deadly("deadly");
    for (int process = 0; process < 3; process++) {
      rig.run(GateRig.rules(GateRig.BUDGET), deadly, GateRig.until("c"));
    }

    assertThat(deadly.tries).isEqualTo(2);
    assertThat(rig.decisions())
        .extracting(CheckpointEvent::getVersion, CheckpointEvent::getStatus)
        .containsExactly(
            tuple("a", CheckpointStatus.PROMOTED),
            tuple("deadly", CheckpointStatus.REJECTED),
            tuple("c", CheckpointStatus.PROMOTED));
    assertThat(rig.decisions().get(1).getReason())
        .startsWith("INTERNAL: deadly could not be evaluated: the gate's process died 2 times");
    assertThat(rig.deadLetters())
        .extracting(DeadLetter::getErrorCode)
        .containsExactly(ErrorCode.INTERNAL);
  }

  /** Told to stop, a gate has not died of what it was doing. */
  @Test
  void stopsInOrderDoNotCount() throws Exception {
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "a", 2.0);
    }
    Suite stopped =
        new GateRig.Scores() {
          @Override
          public void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
              throws InterruptedException {
            Thread.currentThread().interrupt(); // as the parent does
            super.evaluate(subject, budget, done);
          }
        };
    for (int start = 0; start < 3; start++) {
      assertThatThrownBy(
              () -> rig.run(GateRig.rules(GateRig.BUDGET), stopped, new GateListener() {}))
          .isInstanceOf(InterruptedException.class);
    }
    rig.runUntilDecided("a");

    assertThat(rig.decisions().get(0).getStatus()).isEqualTo(CheckpointStatus.PROMOTED);
  }

  @Test
  void aSecondGateTakesOver() throws Exception {
    try (Checkpoints saved = new Checkpoints(broker.cluster, directory)) {
      rig.save(saved, "a", 2.0);
    }
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Suite slow =
        new GateRig.Scores() {
          @Override
          public void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
              throws InterruptedException {
            begun.countDown();
            goOn.await();
            super.evaluate(subject, budget, done);
          }
        };
    FutureTask<Void> first =
        new FutureTask<>(
            () -> {
              rig.gate(GateRig.rules(GateRig.BUDGET), slow, new GateListener() {}).run();
              return null;
            });
    new Thread(first, "first-gate").start();
    begun.await();
    rig.runUntilDecided("a");
    goOn.countDown();
    try {
      first.get();
      throw new AssertionError("it goes on");
    } catch (ExecutionException e) {
      assertThat(e.getCause())
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("another gate of model " + model);
    }
    assertThat(rig.decisions()).hasSize(1);
  }
}
