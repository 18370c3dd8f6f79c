package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.gate.Budget;
import dev.dolly.eval.gate.Gate;
import dev.dolly.eval.gate.GateListener;
import dev.dolly.eval.gate.GateRules;
import dev.dolly.eval.gate.GateSettings;
import dev.dolly.eval.gate.Rule;
import dev.dolly.eval.gate.Subject;
import dev.dolly.eval.gate.Suite;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The gate of one model on a broker, by the loss that lies beside the model's files. */
record GateRig(BrokerAndRegistry broker, String model, Path directory) {
  static final Duration BUDGET = Duration.ofMinutes(10);
  static final String SCORE = "score.txt";

  /** The loss that lies beside the model's files. */
  static class Scores implements Suite {
    @Override
    public String name() {
      return "files";
    }

    @Override
    public void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
        throws InterruptedException {
      budget.check();
      double loss;
      try {
        loss = Double.parseDouble(Files.readString(subject.model().path().resolve(SCORE)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      done.accept(
          new TaskResult("heldout", 10, Map.of("loss", Metric.of(loss, 0.1)), "0".repeat(64)));
    }
  }

  /** A process that is gone: nothing is put in order. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  Path save(Checkpoints saved, String version, double loss) throws Exception {
    return saved.save(model, version, "neox", Map.of(SCORE, Double.toString(loss)));
  }

  /** Dies when a version is decided on. */
  static GateListener until(String version) {
    return new GateListener() {
      @Override
      public void decided(CheckpointEvent decision) {
        if (decision.getVersion().equals(version)) {
          throw new Killed();
        }
      }
    };
  }

  void runUntilDecided(String version) throws InterruptedException {
    run(rules(BUDGET), new Scores(), until(version));
  }

  void run(GateRules rules, Suite suite, GateListener listener) throws InterruptedException {
    try {
      gate(rules, suite, listener).run();
    } catch (Killed e) {
      // as wanted
    }
  }

  Gate gate(GateRules rules, Suite suite, GateListener listener) {
    return new Gate(
        new GateSettings(
            broker.cluster.bootstrap(),
            broker.cluster.registry(),
            model,
            CheckpointPrefixes.parse(directory.toUri().toString())),
        rules,
        List.of(suite),
        listener);
  }

  static GateRules rules(Duration budget) {
    return new GateRules(
        budget,
        Map.of("files", Map.of()),
        List.of(new Rule.AtMost("heldout.loss", 4)),
        List.of(new Rule.NotWorse("heldout.loss", 2)));
  }

  CheckpointEvent event(String version) {
    return broker.records(TopicCatalogue.CHECKPOINTS).stream()
        .filter(event -> event.getModel().equals(model) && event.getVersion().equals(version))
        .findFirst()
        .orElseThrow();
  }

  List<CheckpointEvent> decisions() {
    return broker.records(TopicCatalogue.CHECKPOINTS).stream()
        .filter(event -> event.getModel().equals(model))
        .filter(event -> event.getStatus() != CheckpointStatus.CANDIDATE)
        .toList();
  }

  /** Of this model's events, which are what they hold. */
  List<DeadLetter> deadLetters() {
    return broker.records(TopicCatalogue.DEAD_LETTERS).stream()
        .filter(letter -> UTF_8.decode(letter.getPayload()).toString().contains(model))
        .toList();
  }

  List<EvalResult> results() {
    return broker.records(TopicCatalogue.EVAL_RESULTS).stream()
        .filter(result -> result.getModel().equals(model))
        .toList();
  }
}
