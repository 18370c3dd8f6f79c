package dev.dolly.inference.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.model.ModelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** What each subtask learns of the attempts of all others, however many there were. */
@SuppressWarnings("try") // the harness's close() throws Exception
class GenerateStateTest {
  private static final int MAX_PARALLELISM = 128;

  @Test
  void tellsAnIncarnationItsOwnAttempt() throws Exception {
    OperatorSubtaskState saved = run(1, 0, null, 7).saved;
    assertThat(run(1, 0, saved, 8).learned).contains(7L);
  }

  @Test
  void tellsEverySubtaskTheAttemptsOfAllThereWere() throws Exception {
    List<OperatorSubtaskState> two =
        List.of(run(2, 0, null, 1_007).saved, run(2, 1, null, 1_003).saved);

    List<Run> one = rescaled(two, 1, 2_000);
    assertThat(one.get(0).learned).contains(1_007L, 1_003L);

    List<Run> three = rescaled(two, 3, 3_000);
    assertThat(three).allSatisfy(run -> assertThat(run.learned).contains(1_007L, 1_003L));

    List<Run> many =
        rescaled(three.stream().map(run -> run.saved).toList(), MAX_PARALLELISM, 4_000);
    assertThat(many)
        .allSatisfy(
            run -> assertThat(run.learned).containsOnly(3_000L, 3_001L, 3_002L).hasSizeLessThan(9));

    List<Run> back = rescaled(many.stream().map(run -> run.saved).toList(), 1, 5_000);
    assertThat(back.get(0).learned).contains(4_000L, 4_127L).doesNotContain(1_007L, 3_002L);
  }

  private record Run(List<Long> learned, OperatorSubtaskState saved) {}

  /** Subtask i of the new number has attempt first + i. */
  private static List<Run> rescaled(List<OperatorSubtaskState> saved, int subtasks, long first)
      throws Exception {
    OperatorSubtaskState all =
        AbstractStreamOperatorTestHarness.repackageState(
            saved.toArray(OperatorSubtaskState[]::new));
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < subtasks; i++) {
      OperatorSubtaskState share =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              all, MAX_PARALLELISM, saved.size(), subtasks, i);
      runs.add(run(subtasks, i, share, first + i));
    }
    return runs;
  }

  private static Run run(int subtasks, int subtask, OperatorSubtaskState state, long attempt)
      throws Exception {
    Holder holder = new Holder(attempt);
    try (OneInputStreamOperatorTestHarness<Long, Long> harness =
        new OneInputStreamOperatorTestHarness<>(holder, MAX_PARALLELISM, subtasks, subtask)) {
      harness.setup();
      if (state != null) {
        harness.initializeState(state);
      }
      harness.open();
      return new Run(holder.state.attempts(), harness.snapshot(1, 1));
    }
  }

  private static final class Holder extends AbstractStreamOperator<Long>
      implements OneInputStreamOperator<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final long attempt;
    private transient GenerateState state;

    Holder(long attempt) {
      this.attempt = attempt;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
      super.initializeState(context);
      state =
          new GenerateState(
              context.getOperatorStateStore(),
              getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
      super.snapshotState(context);
      state.update(List.of(), List.of(), attempt, new ModelState(attempt, Optional.empty()));
    }

    @Override
    public void processElement(StreamRecord<Long> element) {}
  }
}
