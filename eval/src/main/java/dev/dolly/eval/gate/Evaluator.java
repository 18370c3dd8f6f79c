package dev.dolly.eval.gate;

import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.eval.EvaluationException;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the suites on checkpoints, whatever comes of it. */
final class Evaluator {
  private static final Logger LOG = LoggerFactory.getLogger(Evaluator.class);

  private final LocalCheckpoints checkpoints;
  private final List<Suite> suites;
  private final Duration budget;
  private final LongSupplier nanos;

  /**
   * @param nanos a clock as {@link System#nanoTime}
   */
  Evaluator(LocalCheckpoints checkpoints, List<Suite> suites, Duration budget, LongSupplier nanos) {
    this.checkpoints = checkpoints;
    this.suites = List.copyOf(suites);
    this.budget = budget;
    this.nanos = nanos;
  }

  /** Begins the trial of another candidate. */
  Trial trial() {
    return new Trial();
  }

  /** A candidate's trial: it, and then what it is compared with, are asked the same. */
  final class Trial {
    /** As many of the suites as the candidate has come to, with its tasks. */
    private final List<Suite> asked = new ArrayList<>();

    private Trial() {}

    /**
     * Evaluates a version, the candidate first.
     *
     * @throws EvaluationException when it cannot be done, through no fault of the model's
     */
    Evaluation evaluate(CheckpointEvent event) throws InterruptedException {
      String version = event.getVersion();
      List<SuiteResult> done = new ArrayList<>();
      try {
        Budget time = new Budget(budget, nanos);
        Subject subject = checkpoints.open(event);
        for (int i = 0; i < suites.size(); i++) {
          Suite suite = asked(i, subject);
          suite.evaluate(subject, time, task -> done.add(new SuiteResult(suite.name(), task)));
          time.check();
        }
        return new Evaluation.Complete(version, done);
      } catch (BudgetExhaustedException e) {
        return new Evaluation.OutOfTime(version, done, budget);
      } catch (NothingToAskException e) {
        return new Evaluation.NothingToAsk(version, done, e.getMessage());
      } catch (RefusedCheckpointException e) {
        return new Evaluation.Refused(version, done, e.code(), e.getMessage());
      } catch (ModelFormatException e) {
        return new Evaluation.Refused(
            version, done, ErrorCode.CHECKPOINT_ARCHITECTURE, e.getMessage());
      } catch (OutOfMemoryError e) {
        return new Evaluation.Refused(
            version, done, ErrorCode.CHECKPOINT_TOO_LARGE, event.getUri() + " does not fit: " + e);
      } catch (CancellationException | InterruptException e) {
        Thread.interrupted(); // Kafka sets it again, and it has been heard
        throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
      } catch (KafkaException | EvaluationException e) {
        throw e;
      } catch (RuntimeException e) { // the same would come of the next try, and the next
        LOG.error("The evaluation of {} has failed", version, e);
        return new Evaluation.Refused(
            version, done, ErrorCode.INTERNAL, event.getUri() + " cannot be scored: " + e);
      }
    }

    private Suite asked(int number, Subject subject) {
      if (number == asked.size()) {
        asked.add(suites.get(number).of(subject));
      }
      return asked.get(number);
    }
  }
}
