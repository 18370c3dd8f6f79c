package dev.dolly.inference.commit;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.LostAnswers;
import dev.dolly.schemas.prompt.PromptPosition;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks, where a checkpoint was begun so long ago that the broker may have aborted its transaction,
 * whether the answers in it are committed. A job that was away for long because nothing was to be
 * done, or that had committed all before it was stopped, goes on.
 *
 * <p>To be called when the sink has committed what the checkpoint holds. After a restore each
 * subtask checks what the redistribution of state gave it, all of them together everything.
 */
public final class LostAnswersCheck {
  private static final Logger LOG = LoggerFactory.getLogger(LostAnswersCheck.class);

  /** Records are stamped by the same clock as the promise; it may have been set meanwhile. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final CommittedAnswers committed;
  private final Duration timeout;
  private final LostAnswers policy;
  private final Clock clock;

  /**
   * @param timeout of the sink's transactions
   */
  public LostAnswersCheck(
      CommittedAnswers committed, Duration timeout, LostAnswers policy, Clock clock) {
    this.committed = committed;
    this.timeout = timeout;
    this.policy = policy;
    this.clock = clock;
  }

  /** As the job's settings say, with the job's brokers. */
  public static LostAnswersCheck of(InferenceSettings settings, Clock clock) {
    return new LostAnswersCheck(
        new KafkaAnswers(settings.clientProperties()),
        settings.transactionTimeout(),
        settings.lostAnswers(),
        clock);
  }

  /**
   * @throws LostAnswersException if the policy is to stop, naming the prompts
   */
  public void check(Collection<Promise> promises) throws InterruptedException {
    List<Promise> old = doubtful(promises);
    if (old.isEmpty()) {
      return;
    }
    Set<PromptPosition> prompts = new HashSet<>();
    old.forEach(promise -> prompts.addAll(promise.prompts()));
    long since = old.stream().mapToLong(Promise::since).min().getAsLong();
    Set<PromptPosition> lost = committed.missing(prompts, since - MARGIN.toMillis());
    if (lost.isEmpty()) {
      LOG.info("all {} answers of an old checkpoint are committed", prompts.size());
      return;
    }
    long promised = old.stream().mapToLong(Promise::until).max().getAsLong();
    LostAnswersException failure = new LostAnswersException(lost, promised, timeout);
    if (policy == LostAnswers.STOP) {
      throw failure;
    }
    LOG.warn("accepted: {}", failure.getMessage());
  }

  /** Those that are so old that the broker may have aborted them. Asks nobody. */
  public List<Promise> doubtful(Collection<Promise> promises) {
    return promises.stream().filter(this::mayBeAborted).toList();
  }

  /**
   * The broker counts from the transaction's first record, by its own clock; asking once too often
   * costs a short read, so half the time is enough.
   */
  private boolean mayBeAborted(Promise promise) {
    return clock.millis() - promise.since() >= timeout.toMillis() / 2;
  }
}
