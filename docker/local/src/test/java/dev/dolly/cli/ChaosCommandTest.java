package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed under load, and every prompt answered once all the same. */
@Timeout(300)
class ChaosCommandTest {
  @TempDir private Path directory;

  @Test
  void everyPromptHasOneOutcomeWhateverIsKilled() throws Exception {
    Path data = directory.resolve("data");
    Path json = directory.resolve("chaos.json");
    Invocation run =
        Invocation.of(
            "",
            "chaos",
            "--prompts=150",
            "--kills=4",
            "--seed=4",
            "--rate=10",
            "--model=" + Fixtures.model("neox"),
            "--dtype=float32",
            "--data=" + data,
            "--json=" + json);
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("Every prompt has exactly one outcome");
    JsonNode report = Json.parse(Files.readString(json));
    assertThat(report.path("right").asBoolean()).isTrue();
    assertThat(report.path("prompts").asInt()).isEqualTo(150);
    assertThat(report.path("answers").asInt() + report.path("dead_letters").asInt()).isEqualTo(150);
    assertThat(report.path("dead_letters").asInt()).isPositive();
    assertThat(report.path("kills")).hasSize(4);
    assertThat(report.path("kills_by_part"))
        .allSatisfy(kills -> assertThat(kills.asInt()).isPositive());
    assertThat(report.path("checkpoints").path("completed").asInt()).isPositive();
    assertThat(data).doesNotExist();
  }

  @Test
  void whatExcludesEachOtherIsWrongUsage() {
    assertThat(Invocation.of("", "chaos", "--prompts=5", "--for=5m").code()).isEqualTo(2);
    assertThat(Invocation.of("", "chaos", "--backlog", "--for=5m").code()).isEqualTo(2);
    assertThat(Invocation.of("", "chaos", "--kills=-1").code()).isEqualTo(2);
    assertThat(Invocation.of("", "chaos", "--rate=0").code()).isEqualTo(2);
  }
}
