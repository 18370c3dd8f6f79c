package dev.dolly.eval.gate;

import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.gate.DecisionWriter.Running;
import dev.dolly.eval.gate.TopicLog.Entry;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** Deals with one candidate after the other, in the order of their offsets. One thread. */
final class GateSession {
  private static final Duration POLL = Duration.ofSeconds(1);

  /** A process may die by chance, or of what else runs beside it; hardly twice in a row. */
  private static final int DEATHS = 2;

  private final GateRules rules;
  private final Evaluator evaluator;
  private final GateListener listener;
  private final Clock clock;
  private final Candidates candidates;
  private final TopicLog<CheckpointEvent> events;
  private final KnownResults known;
  private final TopicLog<EvalResult> results;
  private final DecisionWriter writer;
  private final String process;

  /** Of the candidate at hand. */
  private Position position;

  /**
   * @param clock for the times of events
   * @param clients what it reads and writes with; the caller's to close
   */
  GateSession(
      GateRules rules,
      Evaluator evaluator,
      GateListener listener,
      Clock clock,
      GateClients clients) {
    this.rules = rules;
    this.evaluator = evaluator;
    this.listener = listener;
    this.clock = clock;
    this.process = clients.process();
    this.position = clients.position();
    this.candidates = new Candidates(clients.model(), position.offset());
    this.events = clients.events(candidates::add);
    this.known = new KnownResults(clients.codeVersion());
    this.results = clients.results(entry -> known.add(entry.value()));
    this.writer = clients.writer();
  }

  /** Goes on until the thread is interrupted. */
  void run() throws InterruptedException {
    while (true) {
      events.catchUp();
      Optional<Entry<CheckpointEvent>> next = candidates.next();
      if (next.isPresent()) {
        judge(next.get());
      } else {
        events.await(POLL);
      }
    }
  }

  private void judge(Entry<CheckpointEvent> candidate) throws InterruptedException {
    if (passOver(candidate)) {
      return;
    }
    position = position.at(candidate.offset());
    Evaluator.Trial trial = evaluator.trial();
    Evaluation own =
        position.deaths() < DEATHS
            ? evaluate(trial, candidate.value())
            : deadly(candidate.value().getVersion());
    Optional<Running> running = Optional.empty();
    // That took its time: somebody may have decided meanwhile, or another version runs.
    events.catchUp();
    while (!passOver(candidate)) {
      Optional<CheckpointEvent> opponent = opponent(own);
      if (opponent.equals(running.map(Running::event))) {
        write(candidate, own, running);
        return;
      }
      running = Optional.of(running(trial, opponent.orElseThrow(), own));
      events.catchUp();
    }
  }

  private Evaluation evaluate(Evaluator.Trial trial, CheckpointEvent event)
      throws InterruptedException {
    listener.evaluating(event);
    writer.mark(position.underWay(process));
    Evaluation evaluation;
    try {
      evaluation = trial.evaluate(event);
    } catch (InterruptedException | EvaluationException e) {
      stopped(e);
      throw e;
    }
    writer.mark(position.ended());
    return evaluation;
  }

  /** The process ends now, and not by what it evaluated. */
  private void stopped(Exception why) {
    try {
      writer.mark(position.ended());
    } catch (KafkaException e) { // the broker went first; it counts as a death then
      why.addSuppressed(e);
    }
  }

  private Evaluation deadly(String version) {
    return new Evaluation.Refused(
        version,
        List.of(),
        ErrorCode.INTERNAL,
        "%s could not be evaluated: the gate's process died %d times while it did"
            .formatted(version, position.deaths()));
  }

  /** Whether there is nothing to decide. */
  private boolean passOver(Entry<CheckpointEvent> candidate) {
    Optional<String> why = candidates.settled(candidate.value().getVersion());
    why.ifPresent(
        reason -> {
          writer.passOver(candidate.offset());
          listener.passedOver(candidate.value(), reason);
        });
    return why.isPresent();
  }

  /** The running version, where it takes a comparison with it to decide. */
  private Optional<CheckpointEvent> opponent(Evaluation own) {
    return rules.comparisons().isEmpty()
            || rules.decide(own, Optional.empty()) instanceof Decision.Rejected
        ? Optional.empty()
        : candidates.history().current().map(RecordedEvent::event);
  }

  /** From what was measured before if that is all that is compared. */
  private Running running(Evaluator.Trial trial, CheckpointEvent opponent, Evaluation own)
      throws InterruptedException {
    results.catchUp();
    List<SuiteResult> compared = own.results().stream().filter(rules::compares).toList();
    Optional<List<SuiteResult>> before = known.like(opponent.getManifestDigest(), compared);
    return before.isPresent()
        ? new Running(opponent, new Evaluation.Complete(opponent.getVersion(), before.get()), false)
        : new Running(opponent, evaluate(trial, opponent), true);
  }

  private void write(Entry<CheckpointEvent> candidate, Evaluation own, Optional<Running> running) {
    Decision decision = rules.decide(own, running.map(Running::evaluation));
    ModelHistory history = candidates.history();
    String version = own.version();
    CheckpointEvent event =
        decision instanceof Decision.Promoted
            ? history.promotion(version, decision.rule(), clock.millis())
            : history.rejection(version, decision.rule(), clock.millis());
    listener.judged(event);
    DecisionWriter.Written written =
        writer.write(candidate, own, running, event, () -> listener.written(event));
    listener.decided(event);
    // The commit is done before it is to be seen, and the next candidate meets what this one left.
    events.readPast(written.offset());
    written.results().forEach(known::add);
  }
}
