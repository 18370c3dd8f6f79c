package dev.dolly.inference.commit;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.schemas.prompt.PromptPosition;
import java.time.Clock;
import java.util.List;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * What one subtask has promised, and whether it was kept. Task thread only.
 *
 * <p>The sink comes later in the chain, and the last of a chain opens first and hears first of a
 * checkpoint: it has committed what it could before anything is asked here.
 */
public final class Commitments {
  private final Promises promises;
  private final LostAnswersCheck check;

  public Commitments(InferenceSettings settings, Clock clock) {
    promises = new Promises(clock);
    check =
        new LostAnswersCheck(
            new KafkaAnswers(settings.clientProperties()),
            settings.transactionTimeout(),
            settings.lostAnswers(),
            clock);
  }

  /**
   * Goes on from a checkpoint.
   *
   * @throws SuppressRestartsException if answers of it are lost: a restart would only ask again
   */
  public void restore(List<Promise> restored) throws InterruptedException {
    promises.restore(restored);
    requireKept(restored);
  }

  /** A response or dead letter of this prompt was handed to the sink. */
  public void answered(PromptPosition prompt) {
    promises.answered(prompt);
  }

  /** For the operator's state. */
  public List<Promise> snapshot(long checkpoint) {
    return promises.snapshot(checkpoint);
  }

  /**
   * A checkpoint is complete.
   *
   * @throws SuppressRestartsException if it took so long that answers are lost
   */
  public void completed(long checkpoint) throws InterruptedException {
    requireKept(promises.completed(checkpoint));
  }

  private void requireKept(List<Promise> due) throws InterruptedException {
    try {
      check.check(due);
    } catch (LostAnswersException e) {
      throw new SuppressRestartsException(e);
    }
  }
}
