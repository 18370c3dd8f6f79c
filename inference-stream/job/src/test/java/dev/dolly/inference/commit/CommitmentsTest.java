package dev.dolly.inference.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.inference.LostAnswers;
import dev.dolly.inference.SettableClock;
import dev.dolly.schemas.prompt.PromptPosition;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task that goes on while it is found out whether what it promised was kept. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommitmentsTest {
  private static final PromptPosition PROMPT = new PromptPosition("dolly.prompts", 3, 17);
  private static final Duration HOUR = Duration.ofHours(1);

  private final SettableClock clock = new SettableClock(1_700_000_000_000L);
  private final AtomicInteger asked = new AtomicInteger();

  /** What the topics hold; a look-up waits until they say so. */
  private final LinkedBlockingQueue<Set<PromptPosition>> committed = new LinkedBlockingQueue<>();

  private MailboxExecutor mailbox;
  private Commitments commitments;

  private void start(LostAnswers policy) {
    mailbox =
        new MailboxExecutorImpl(
            new TaskMailboxImpl(Thread.currentThread()), 0, StreamTaskActionExecutor.IMMEDIATE);
    commitments =
        new Commitments(
            new LostAnswersCheck(
                (prompts, since) -> {
                  asked.incrementAndGet();
                  Set<PromptPosition> missing = new HashSet<>(prompts);
                  missing.removeAll(committed.take());
                  return missing;
                },
                HOUR,
                policy,
                clock),
            mailbox,
            clock);
  }

  @AfterEach
  void stop() {
    commitments.close();
  }

  @Test
  void whatWasFoundOutAtTheRestoreIsNotAskedAgain() throws Exception {
    start(LostAnswers.ACCEPT);
    committed.add(Set.of());
    Promise old = new Promise(7, clock.millis() - 1, clock.millis(), List.of(PROMPT));
    clock.advance(HOUR);
    commitments.restore(List.of(old));
    assertThat(commitments.snapshot(8)).as("for another restore").containsExactly(old);
    commitments.completed(8);
    assertThat(commitments.snapshot(9)).isEmpty();
    assertThat(asked).hasValue(1);
  }

  @Test
  void theTaskDoesNotWaitForTheLookUpAndKeepsThePromiseMeanwhile() throws Exception {
    start(LostAnswers.STOP);
    commitments.answered(PROMPT);
    List<Promise> promised = commitments.snapshot(7);
    clock.advance(HOUR);
    commitments.completed(7); // returns, though nobody has answered
    assertThat(commitments.snapshot(8)).isEqualTo(promised);
    commitments.completed(8);
    assertThat(commitments.snapshot(9)).isEqualTo(promised);
    committed.add(Set.of(PROMPT));
    mailbox.yield();
    assertThat(commitments.snapshot(10)).isEmpty();
    assertThat(asked).hasValue(1);
  }

  @Test
  void answersThatAreLostMeanwhileFailTheTaskForGood() throws Exception {
    start(LostAnswers.STOP);
    commitments.answered(PROMPT);
    commitments.snapshot(7);
    clock.advance(HOUR);
    committed.add(Set.of());
    commitments.completed(7);
    assertThatThrownBy(mailbox::yield)
        .isInstanceOf(SuppressRestartsException.class)
        .cause()
        .isInstanceOf(LostAnswersException.class)
        .hasMessageContaining("dolly.prompts partition 3 offsets 17");
  }

  @Test
  void aFreshCheckpointNeedsNoLookUp() {
    start(LostAnswers.STOP);
    commitments.answered(PROMPT);
    commitments.snapshot(7);
    commitments.completed(7);
    assertThat(commitments.snapshot(8)).isEmpty();
    assertThat(asked).hasValue(0);
  }
}
