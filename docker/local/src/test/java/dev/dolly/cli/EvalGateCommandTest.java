package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval gate} as a process of its own, on real tasks and models. */
@Timeout(300)
class EvalGateCommandTest {
  @TempDir private Path directory;

  @Test
  void decisionsAreResultsAndModelsListShowsTheirReasons() throws Exception {
    Path rules =
        Files.writeString(
            directory.resolve("gate.yaml"),
            """
            budget: 5m
            suites:
              zero_shot: {tasks: "piqa, boolq", limit: 3, data: "%s"}
            thresholds:
              piqa.acc: {max: 0}
              boolq.acc: {min: 1}
            """
                .formatted(Home.system().config("eval")));
    try (BrokerAndRegistry broker = new BrokerAndRegistry(directory.resolve("stack"));
        Checkpoints saved = new Checkpoints(broker.cluster, directory.resolve("saved"))) {
      Invocation early = broker.run("eval", "gate", "--model-name=dolly");
      assertThat(early.code()).isEqualTo(1);
      assertThat(early.err()).contains("topics create").doesNotContain("Exception");
      broker.cluster.create(TopicCatalogue.avro());
      saved.save("dolly", "0123456789ab-000100", "neox");
      saved.save("dolly", "0123456789ab-000200", "gptj");

      try (DollyProcess gate =
          DollyProcess.start(
              directory, broker.on("eval", "gate", "--model-name=dolly", "--rules=" + rules))) {
        JsonNode first = Json.parse(gate.out().readLine());
        assertThat(first.get("version").asText()).isEqualTo("0123456789ab-000100");
        assertThat(first.get("status").asText()).isEqualTo("REJECTED");
        assertThat(first.get("reason").asText()).matches("(max piqa|min boolq).acc: 0\\.\\d+ .*");
        assertThat(Json.parse(gate.out().readLine()).get("version").asText())
            .isEqualTo("0123456789ab-000200");
        DollyProcess.signal("INT", gate.process().pid());
        assertThat(gate.exitCode()).isZero();

        JsonNode listed = broker.run("models", "list").lines().get(0);
        assertThat(listed.get("status").asText()).isEqualTo("REJECTED");
        assertThat(listed.get("reason")).isEqualTo(first.get("reason"));
      }
    }
  }
}
