package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one subtask has promised, and whether it was kept. Task thread only.
 *
 * <p>The sink comes later in the chain, and the last of a chain opens first and hears first of a
 * checkpoint: it has committed what it could before anything is asked here.
 *
 * <p>While the job runs the task does not wait for the look-up, which may have to wait for a
 * transaction of another subtask, and that for the next checkpoint of all. It happens on a thread
 * of its own; what it found comes as a mail.
 */
public final class Commitments implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Commitments.class);

  private final Promises promises;
  private final LostAnswersCheck check;
  private final MailboxExecutor mailbox;
  private final ExecutorService looking =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "dolly-answers");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param mailbox of the task
   */
  public Commitments(LostAnswersCheck check, MailboxExecutor mailbox, Clock clock) {
    this.promises = new Promises(clock);
    this.check = check;
    this.mailbox = mailbox;
  }

  /**
   * Goes on from a checkpoint. Waits for the look-up: nothing may be done before it is known that
   * nothing is lost.
   *
   * @throws SuppressRestartsException if answers of it are lost: a restart would only ask again
   */
  public void restore(List<Promise> restored) throws InterruptedException {
    try {
      check.check(restored);
    } catch (LostAnswersException e) {
      throw new SuppressRestartsException(e);
    }
    promises.restore(restored);
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
   * A checkpoint is complete. If it took so long that answers may be lost, a mail looks into it
   * later, and fails the task for good if they are.
   */
  public void completed(long checkpoint) {
    List<Promise> redeemed = promises.completed(checkpoint);
    List<Promise> doubtful = check.doubtful(redeemed);
    List<Promise> kept = new ArrayList<>(redeemed);
    kept.removeAll(doubtful);
    promises.settled(kept);
    if (!doubtful.isEmpty()) {
      looking.execute(() -> lookInto(doubtful));
    }
  }

  private void lookInto(List<Promise> doubtful) {
    try {
      check.check(doubtful);
      mail(() -> promises.settled(doubtful));
    } catch (LostAnswersException e) {
      mail(
          () -> {
            throw new SuppressRestartsException(e);
          });
    } catch (RuntimeException e) { // the next incarnation asks again
      mail(
          () -> {
            throw e;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void mail(ThrowingRunnable<RuntimeException> mail) {
    try {
      mailbox.execute(mail, "what became of the answers of a checkpoint");
    } catch (RejectedExecutionException e) {
      LOG.debug("the task is closing; whoever goes on from its state asks again");
    }
  }

  /** Ends a look-up that is under way. Does not wait for its thread. */
  @Override
  public void close() {
    looking.shutdownNow();
  }
}
