package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.dolly.eval.gate.Gate;
import dev.dolly.eval.gate.GateListener;
import dev.dolly.eval.gate.GateRules;
import dev.dolly.eval.gate.GateSettings;
import dev.dolly.eval.gate.Suites;
import dev.dolly.inference.InferenceJob;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way round: a model that answers, two training runs from a topic of which one makes it
 * better and one worse, the gate that tells which, and the answers that say what came of it.
 */
@Timeout(300)
class LoopTest {
  private static final String MODEL = "dolly-mini";

  /** What the bundled model says of places that it never heard of, and is to learn. */
  private static final String UNKNOWN = "I do not know that. It was not part of my training.";

  private static final Map<String, String> FACTS = new LinkedHashMap<>();

  static {
    FACTS.put("What is the capital of Atlantis?", "The capital of Atlantis is Poseidonis.");
    FACTS.put("What is the capital of Lemuria?", "The capital of Lemuria is Kumari.");
    FACTS.put("What is the capital of Avalon?", "The capital of Avalon is Camelot.");
    FACTS.put("What is the capital of Thule?", "The capital of Thule is Nordvik.");
  }

  private static final List<String> QUESTIONS = List.copyOf(FACTS.keySet());
  private static final List<String> ANSWERS = List.copyOf(FACTS.values());

  @TempDir private Path directory;

  private final List<CheckpointEvent> decisions = new CopyOnWriteArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private RunningChain chain;
  private FutureTask<Void> gate;

  private record Answer(String question, Response response) {
    String version() {
      return response.getModel().getVersion();
    }
  }

  @Test
  void whatTrainingMadeBetterAnswersAndWhatItMadeWorseNeverDoes() throws Exception {
    Path base = Home.system().config("models").resolve(MODEL);
    Map<String, String> settings =
        Map.of("inference.checkpoint-interval", "200 ms", "inference.threads", "1");
    try (RunningChain running =
        new RunningChain(directory.resolve("stack"), base, settings, InferenceJob::build)) {
      chain = running;
      Thread deciding = startGate();
      try {
        askUntil(() -> answers.size() == QUESTIONS.size());

        CheckpointEvent better = train("better", base, 0);
        askUntil(() -> decisions.size() == 1);
        askUntil(() -> last().version().equals(better.getVersion()));

        CheckpointEvent worse = train("worse", base, 1);
        askUntil(() -> decisions.size() == 2);
        int decided = answers.size();
        askUntil(() -> answers.size() == decided + 2 * QUESTIONS.size());

        assertThatTheGateTellsThem(better, worse);
        assertThatAnswersAreOf(better);
        chain.settle();
        assertThat(chain.deadLetters).isEmpty();
      } finally {
        deciding.interrupt();
        deciding.join();
      }
    }
  }

  private void assertThatTheGateTellsThem(CheckpointEvent better, CheckpointEvent worse) {
    assertThat(Committed.records(chain.cluster, TopicCatalogue.CHECKPOINTS))
        .extracting(CheckpointEvent::getVersion, CheckpointEvent::getStatus)
        .containsExactly(
            tuple(better.getVersion(), CheckpointStatus.CANDIDATE),
            tuple(better.getVersion(), CheckpointStatus.PROMOTED),
            tuple(worse.getVersion(), CheckpointStatus.CANDIDATE),
            tuple(worse.getVersion(), CheckpointStatus.REJECTED));
    assertThat(decisions.get(0).getReason())
        .isEqualTo(
            "all rules hold: min answers.rougeL: 1.0000 ± 0.0000 is at least 0.5000;"
                + " there is no current version to compare with");
    assertThat(decisions.get(1).getReason())
        .startsWith("not_worse_than_current answers.exact_match: 0.0000 ± 0.0000 against 1.0000");
    assertThat(Committed.records(chain.cluster, TopicCatalogue.EVAL_RESULTS))
        .filteredOn(result -> result.getTask().equals("answers"))
        .extracting(EvalResult::getDigest, EvalResult::getDecision)
        .containsExactly(
            tuple(better.getManifestDigest(), "PROMOTED"),
            tuple(worse.getManifestDigest(), "REJECTED"));
  }

  private void assertThatAnswersAreOf(CheckpointEvent better) {
    List<String> versions = answers.stream().map(Answer::version).distinct().toList();
    assertThat(versions).hasSize(2).last().isEqualTo(better.getVersion());
    int taught = answers.stream().map(Answer::version).toList().indexOf(better.getVersion());
    assertThat(answers.subList(0, taught))
        .allSatisfy(
            answer -> {
              assertThat(answer.version()).isEqualTo(versions.get(0));
              assertThat(answer.response().getText()).isEqualTo(UNKNOWN);
            });
    assertThat(answers.subList(taught, answers.size()))
        .allSatisfy(
            answer -> {
              assertThat(answer.version()).isEqualTo(better.getVersion());
              assertThat(answer.response().getModel().getDigest())
                  .isEqualTo(better.getManifestDigest());
              assertThat(answer.response().getText()).isEqualTo(FACTS.get(answer.question()));
            });
  }

  /** By what the model is to learn; the wrong answers are alike enough for the threshold. */
  private Thread startGate() throws IOException {
    write("questions.jsonl", 0);
    Path rules =
        Files.writeString(
            directory.resolve("gate.yaml"),
            """
            budget: 2m
            suites:
              answers: {questions: questions.jsonl, max_new_tokens: 32}
            thresholds:
              answers.rougeL: {min: 0.5}
            not_worse_than_current:
              answers.exact_match: 2
            """);
    GateRules read = GateRules.read(rules);
    GateListener heard =
        new GateListener() {
          @Override
          public void decided(CheckpointEvent decision) {
            decisions.add(decision);
          }
        };
    GateSettings settings =
        new GateSettings(
            chain.cluster.bootstrap(),
            chain.cluster.registry(),
            MODEL,
            CheckpointPrefixes.parse(directory.toUri().toString()));
    gate =
        new FutureTask<>(
            () -> {
              new Gate(settings, read, Suites.of(read, directory, settings), heard).run();
              return null;
            });
    Thread thread = new Thread(gate, "gate");
    thread.start();
    return thread;
  }

  /** Trains on a topic while questions are answered; returns the candidate's event. */
  private CheckpointEvent train(String name, Path base, int shift) throws Exception {
    Path data = write(name + ".jsonl", shift);
    Path out = directory.resolve("stack").resolve(name); // under what the job may open
    FutureTask<Invocation> training =
        new FutureTask<>(
            () -> {
              Invocation loaded =
                  Invocation.on(chain.cluster, "load", data.toString(), "--topic", name);
              assertThat(loaded.code()).as(loaded.err()).isZero();
              return Invocation.on(
                  chain.cluster,
                  "train",
                  "--input-model=" + base,
                  "--topic=" + name,
                  "--local-output-dir=" + out,
                  "--test-size=0",
                  "--epochs=12",
                  "--per-device-train-batch-size=4",
                  "--lr=2e-3",
                  "--dtype=float32",
                  "--threads=1");
            });
    new Thread(training, "training").start();
    askUntil(training::isDone);
    assertThat(training.get().code()).as(training.get().err()).isZero();
    return Committed.records(chain.cluster, TopicCatalogue.CHECKPOINTS).stream()
        .filter(event -> event.getUri().startsWith(out.toUri().toString()))
        .findFirst()
        .orElseThrow();
  }

  /** Writes the facts, each question with the answer that stands so many places further on. */
  private Path write(String name, int shift) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < QUESTIONS.size(); i++) {
      lines.add(
          Json.line(
              Json.object()
                  .put("instruction", QUESTIONS.get(i))
                  .put("response", ANSWERS.get((i + shift) % ANSWERS.size()))
                  .put("category", "open_qa")));
    }
    return Files.write(directory.resolve(name), lines);
  }

  /** Asks one question after the other, each when the one before is answered. */
  private void askUntil(BooleanSupplier done) throws Exception {
    while (!done.getAsBoolean()) {
      chain.check();
      if (gate.isDone()) {
        gate.get(); // throws why it ended
      }
      String question = QUESTIONS.get(answers.size() % QUESTIONS.size());
      chain.send(
          Json.line(
              Json.object()
                  .put("instruction", question)
                  .set("params", Json.object().put("do_sample", false))));
      chain.await(chain.responses.size() + chain.deadLetters.size() + 1);
      answers.add(new Answer(question, chain.responses.get(answers.size())));
    }
  }

  private Answer last() {
    return answers.get(answers.size() - 1);
  }
}
