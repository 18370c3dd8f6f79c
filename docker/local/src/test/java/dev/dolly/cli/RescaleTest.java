package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job stops with a savepoint, as an operator stops it through Flink's REST interface, and goes
 * on from it with another number of subtasks, prompts in flight each time.
 */
@Timeout(300)
class RescaleTest {
  private static final int BATCH = 30;

  @TempDir private Path directory;

  private final AtomicReference<String> savepoint = new AtomicReference<>();
  private final List<String> ids = new ArrayList<>();

  @Test
  void fromTwoToOneToThree() throws Exception {
    Map<String, String> settings =
        Map.of(
            "inference.parallelism", "2",
            "inference.max-batch", "2",
            "inference.checkpoint-interval", "300 ms");
    try (RunningChain chain = new RunningChain(directory, "neox", settings, this::restoring)) {
      send(chain);
      chain.await(1);
      for (int parallelism : new int[] {1, 3}) {
        stopWithSavepoint(chain);
        assertThat(chain.responses.size()).isLessThan(ids.size());
        send(chain);
        chain.startJobs(Map.of("inference.parallelism", Integer.toString(parallelism)));
        chain.await(chain.responses.size() + 1);
      }
      chain.assertOneAnswerEach(ids);
      assertThat(chain.responses)
          .as("answers that went on from a savepoint")
          .anyMatch(response -> response.getResumedTokens() > 0);
    }
  }

  private void send(RunningChain chain) throws Exception {
    for (int i = 0; i < BATCH; i++) {
      String id = Integer.toString(ids.size());
      ids.add(id);
      chain.send(
          """
          {"request_id": "%s", "instruction": "Go on",
           "params": {"max_new_tokens": 300, "temperature": 2.0, "top_p": 1.0}}
          """
              .formatted(id));
    }
  }

  private void stopWithSavepoint(RunningChain chain) throws Exception {
    savepoint.set(
        new JobRest(chain.address.flink()).stopWithSavepoint(directory.resolve("savepoints")));
    chain.stopJobs();
  }

  private void restoring(StreamExecutionEnvironment env, InferenceSettings settings) {
    if (savepoint.get() != null) {
      Configuration restore = new Configuration();
      restore.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.get());
      env.configure(restore);
    }
    InferenceJob.build(env, settings);
  }
}
