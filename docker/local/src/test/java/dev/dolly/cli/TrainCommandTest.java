package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.model.Manifest;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class TrainCommandTest {
  @TempDir private Path directory;
  private Path data;

  @BeforeEach
  void data() throws IOException {
    data = TrainData.write("neox", directory.resolve("records.jsonl"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"neox", "neox-sequential", "gptj"})
  void repeatsTheReferencesStepsAlone(String model) throws IOException {
    TrainData.write(model, data);
    Path metrics = directory.resolve("metrics.jsonl");

    Invocation done = train(model, "out", "--no-shuffle", "--metrics", metrics.toString());

    assertThat(done.code()).as(done.err()).isZero();
    JsonNode result = done.lines().get(0);
    assertThat(result.path("steps").asInt()).isEqualTo(TrainData.STEPS);
    assertThat(result.path("version").asText()).matches("[0-9a-f]{12}-000010");
    List<String> lines = Files.readAllLines(metrics);
    assertThat(lines).hasSize(TrainData.STEPS);
    for (int i = 0; i < TrainData.STEPS; i++) {
      JsonNode golden = TrainData.steps(model).get(i);
      JsonNode line = Json.parse(lines.get(i));
      for (String field : List.of("loss", "grad_norm", "lr")) {
        double expected = golden.path(field).asDouble();
        assertThat(line.path(field).asDouble())
            .as("%s of step %d", field, i + 1)
            .isCloseTo(expected, offset(1e-3 * Math.max(1e-9, expected)));
      }
    }
  }

  @Test
  void namesBadLinesAndGoesOn() throws IOException {
    Files.writeString(
        data, "{\"instruction\": \"a\", \"response\": \"\"}\n{\n", StandardOpenOption.APPEND);

    Invocation done = train("neox", "out", "--max-steps", "1");

    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.err())
        .contains("records.jsonl, line 81: BAD_RECORD", "records.jsonl, line 82: MALFORMED_JSON")
        .contains("80 examples; left out: 0 too long for the window of 512 tokens, 2 bad.");
  }

  @Test
  void saysAllThatIsWrongWithTheOptionsAtOnce() {
    Invocation done = train("neox", "out", "--beta1", "big", "--save-steps", "0");

    assertThat(done.code()).isEqualTo(2);
    assertThat(done.err())
        .contains("beta1 must be 0 or more and below 1: big")
        .contains("save-steps must be a whole number from 1 on: 0");
    assertThat(directory.resolve("out")).doesNotExist();
    assertThat(train("neox", "out", "--promote").err()).contains("promote announces");
  }

  @Test
  void withoutAStackItWantsAFile() {
    List<String> command = new ArrayList<>(TrainData.command("neox", directory.resolve("out")));
    command.addAll(List.of("--stack", directory.resolve("none").toString()));

    Invocation done = Invocation.of("", command.toArray(String[]::new));

    assertThat(done.code()).isEqualTo(1);
    assertThat(done.err()).contains("no stack is ready");
  }

  /** Twenty steps at once; or ten, kill -9, and ten more by --resume. */
  @Test
  void goesOnWithEqualBitsAfterAKill() throws Exception {
    String[] steps = {"--max-steps", "20", "--save-steps", "10"};
    assertThat(train("neox", "straight", steps).code()).isZero();

    try (DollyProcess process = DollyProcess.start(directory, command("neox", "killed", steps))) {
      Path tenth = directory.resolve("killed/checkpoint-10/manifest.json");
      while (!Files.exists(tenth)) {
        assertThat(process.process().isAlive()).as(Files.readString(process.err())).isTrue();
        Thread.onSpinWait();
      }
      DollyProcess.signal("KILL", process.process().pid());
      assertThat(process.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    List<String> resume = new ArrayList<>(List.of(steps));
    resume.add("--resume");
    Invocation resumed = train("neox", "killed", resume.toArray(String[]::new));

    assertThat(resumed.code()).as(resumed.err()).isZero();
    Manifest manifest = Manifest.read(directory.resolve("straight/checkpoint-20"));
    assertThat(manifest.files()).containsKey("trainer-state/rank-0-of-1.safetensors");
    assertThat(Manifest.read(directory.resolve("killed/checkpoint-20"))).isEqualTo(manifest);
    manifest.verify(directory.resolve("killed/checkpoint-20"));
  }

  @Test
  void makesARecipesFilesAndTrainsByItsOptions() throws IOException {
    Invocation done =
        Invocation.of(
            "",
            "train",
            "--recipe",
            "dolly-mini",
            "--stack",
            directory.resolve("none").toString(),
            "--local-output-dir",
            directory.resolve("mini").toString(),
            "--max-steps",
            "2",
            "--test-size",
            "4",
            "--category",
            "creative_writing");

    assertThat(done.code()).as(done.err()).isZero();
    assertThat(Manifest.read(directory.resolve("mini")).lineage().path("model").asText())
        .isEqualTo("dolly-mini");
    assertThat(done.lines().get(0).path("steps").asInt()).isEqualTo(2);
  }

  @Test
  void helpNamesEveryOption() {
    String help = Invocation.of("", "train", "--help").out();

    assertThat(help)
        .contains("--per-device-train-batch-size=N", "--deepspeed=FILE", "(default: dolly-15k)")
        .contains("--no-shuffle")
        .doesNotContain("--no-shuffle=");
  }

  private Invocation train(String model, String out, String... more) {
    return Invocation.of("", command(model, out, more));
  }

  private String[] command(String model, String out, String... more) {
    List<String> command = new ArrayList<>(TrainData.command(model, directory.resolve(out)));
    command.addAll(
        List.of("--data", data.toString(), "--stack", directory.resolve("none").toString()));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }
}
