package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.hub.HubServer;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that name a model as a hub does, with a hub of that layout. */
@Timeout(120)
class HubModelTest {
  private static final String NAME = "owner/neox";

  @TempDir private Path directory;

  @Test
  void aModelIsPulledOnceAndTrainingFindsIt() throws Exception {
    Path data = TrainData.write("neox", directory.resolve("records.jsonl"));
    Path pulled = directory.resolve(".dolly/models").resolve(NAME);
    try (HubServer hub = hub()) {
      JsonNode result = run(hub, "models", "pull", NAME);
      assertThat(result.path("commit").asText()).isEqualTo(HubServer.COMMIT);
      assertThat(result.path("model").asText()).isEqualTo(pulled.toString());
      assertThat(result.path("digest").asText()).isEqualTo(ModelDirectory.open(pulled).digest());

      hub.requests.clear();
      String out = directory.resolve("out").toString();
      assertThat(train(hub, NAME, data, out).path("steps").asInt()).isEqualTo(1);
      assertThat(hub.requests).isEmpty();
    }
  }

  @Test
  void trainingFetchesAModelThatIsNotThere() throws Exception {
    Path data = TrainData.write("neox", directory.resolve("records.jsonl"));
    try (HubServer hub = hub()) {
      String out = directory.resolve("out").toString();
      assertThat(train(hub, NAME, data, out).path("steps").asInt()).isEqualTo(1);
      assertThat(hub.requests).isNotEmpty();
    }
    try (HubServer hub = hub();
        DollyProcess process =
            DollyProcess.startWithHub(directory, hub.endpoint(), "models", "pull", "owner/none")) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.err()).content().startsWith("dolly: ").contains("owner/none");
    }
  }

  private JsonNode train(HubServer hub, String model, Path data, String out) throws Exception {
    return run(
        hub,
        "train",
        "--input-model=" + model,
        "--data=" + data,
        "--local-output-dir=" + out,
        "--max-steps=1",
        "--test-size=0",
        "--dtype=float32",
        "--threads=1");
  }

  private JsonNode run(HubServer hub, String... arguments) throws Exception {
    try (DollyProcess process = DollyProcess.startWithHub(directory, hub.endpoint(), arguments)) {
      String line = process.out().readLine();
      assertThat(process.exitCode()).as(Files.readString(process.err())).isZero();
      return Json.parse(line);
    }
  }

  private static HubServer hub() throws IOException {
    HubServer hub = new HubServer(NAME);
    try (Stream<Path> files = Files.list(Fixtures.model("neox"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        hub.files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return hub;
  }
}
