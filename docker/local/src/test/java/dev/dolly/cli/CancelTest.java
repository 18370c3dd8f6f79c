package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.InferenceJob;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job is cancelled through Flink's REST interface, which takes no checkpoint, and comes back
 * from the one that was retained. Chunks went out after it, which the new ones void.
 */
@Timeout(300)
class CancelTest {
  private static final int PROMPTS = 24;

  @TempDir private Path directory;

  @Test
  void aCancelledJobGoesOnFromItsRetainedCheckpoint() throws Exception {
    Map<String, String> settings =
        Map.of(
            "inference.max-batch", "4",
            "inference.chunk-interval", "0 ms",
            "inference.checkpoint-interval", "1 s");
    try (RunningChain chain = new RunningChain(directory, "neox", settings, InferenceJob::build)) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < PROMPTS; i++) {
        ids.add(Integer.toString(i));
        chain.send(
            """
            {"request_id": "%d", "instruction": "Go on",
             "params": {"max_new_tokens": %d, "temperature": 2.0, "top_p": 1.0}}
            """
                .formatted(i, 150 + 10 * i));
      }
      chain.await(1);
      chain.awaitChunks(20);
      new JobRest(chain.address.flink()).cancel();
      chain.stopJobs();
      chain.startJobs(Map.of());
      chain.assertOneAnswerEach(ids);
      List<Response> resumed =
          chain.responses.stream().filter(r -> r.getResumedTokens() > 0).toList();
      assertThat(resumed).as("answers that went on from the checkpoint").isNotEmpty();
      assertThat(resumed)
          .as("answers with chunks of both attempts")
          .anySatisfy(r -> assertThat(attempts(chain, r.getRequestId())).hasSize(2));
    }
  }

  private static TreeSet<Long> attempts(RunningChain chain, String id) {
    return chain.chunks().stream()
        .filter(chunk -> chunk.getRequestId().equals(id))
        .map(ResponseChunk::getAttempt)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
