package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that run a stack, in a process of their own as the script runs them. */
@Timeout(300)
class UpTest {
  private static final String NEOX = Fixtures.model("neox").toString();

  @TempDir private Path directory;

  @Test
  void upAnswersUntilDown() throws Exception {
    Path data = directory.resolve("data");
    try (DollyProcess up =
        dolly("up", "--free-ports", "--model", NEOX, "--data", data.toString())) {
      JsonNode address = up.address();
      assertThat(address.fieldNames())
          .toIterable()
          .containsExactly("bootstrap", "registry", "flink");
      assertThat(Json.parse(Files.readString(data.resolve("stack.json")))).isEqualTo(address);

      // As Ctrl-C in a terminal and a service manager's end reach all processes of a group.
      List<ProcessHandle> children = DollyProcess.children(data);
      assertThat(children).hasSizeGreaterThanOrEqualTo(3); // the gate comes when it comes
      for (ProcessHandle child : children) {
        DollyProcess.signal("INT", child.pid());
        DollyProcess.signal("TERM", child.pid());
      }

      JsonNode golden = Fixtures.golden("neox", "generate.jsonl").get(0);
      Invocation asked =
          Invocation.of(
              "",
              "ask",
              golden.get("instruction").asText(),
              "--greedy",
              "--max-new-tokens",
              golden.get("max_new_tokens").asText(),
              "--data",
              data.toString());
      assertThat(asked.out()).isEqualTo(golden.get("text").asText() + "\n");
      assertThat(asked.code()).isZero();

      Invocation down = Invocation.of("", "down", "--data", data.toString());
      assertThat(down.code()).isZero();
      assertThat(up.out().readLine()).isNull();
      assertThat(up.exitCode()).isZero();
      assertThat(data.resolve("stack.json")).doesNotExist();
      assertThat(data.resolve("processes.json")).doesNotExist();
      assertThat(up.err()).content().doesNotContain("died");
      assertThat(children).noneMatch(DollyProcess::runs);
    }
  }

  @Test
  void upDecidesOnCandidates() throws Exception {
    Path data = directory.resolve("data");
    Path rules =
        Files.writeString(
            directory.resolve("gate.yaml"),
            """
            budget: 5m
            suites:
              zero_shot: {tasks: piqa, limit: 2, data: "%s"}
            thresholds:
              piqa.acc: {min: 0}
            """
                .formatted(Home.system().config("eval")));
    try (DollyProcess up = upWithGate(rules, data)) {
      JsonNode address = up.address();
      Cluster cluster =
          new Cluster(address.get("bootstrap").asText(), address.get("registry").asText());
      String model = Path.of(NEOX).getFileName().toString();
      try (Checkpoints saved = new Checkpoints(cluster, data.resolve("saved"))) {
        saved.save(model, "0123456789ab-000100", "neox");
      }
      Invocation events =
          Invocation.of(
              "",
              "consume",
              "--topic=dolly.checkpoints",
              "--from=earliest",
              "--count=2",
              "--timeout=90s",
              "--data",
              data.toString());
      assertThat(events.lines()).hasSize(2);
      assertThat(events.lines().get(1).get("status").asText()).isEqualTo("PROMOTED");
      assertThat(events.lines().get(1).get("reason").asText())
          .startsWith("all rules hold: min piqa.acc: ");
      assertThat(Invocation.of("", "down", "--data", data.toString()).code()).isZero();
      assertThat(up.exitCode()).isZero();
    }
  }

  @Test
  void answersGoOnWithoutAGateThatCannotRun() throws Exception {
    Path data = directory.resolve("data");
    Path rules =
        Files.writeString(
            directory.resolve("gate.yaml"),
            "{budget: 5m, suites: {none: {}}, thresholds: {piqa.acc: {min: 0}}}");
    try (DollyProcess up = upWithGate(rules, data)) {
      up.address();
      while (!Files.readString(up.err()).contains("there is no suite none")) {
        Thread.onSpinWait();
      }
      Invocation asked = Invocation.of("", "ask", "Hello", "--data", data.toString());
      assertThat(asked.code()).isZero();
    }
  }

  @Test
  void demoShowsRightAnswersAndKeepsNothing() throws Exception {
    Path data = directory.resolve("data");
    try (DollyProcess demo = dolly("demo", "--verbose", "--limit=2", "--data", data.toString())) {
      assertThat(demo.out().lines())
          .contains("      The capital of Japan is Tokyo.")
          .anyMatch(line -> line.endsWith("The month before March is February."))
          .anyMatch(line -> line.startsWith("2 answers, 0 dead letters"));
      assertThat(demo.exitCode()).isZero();
      assertThat(demo.err())
          .content()
          .as("what the children log")
          .contains("d.d.l.JobsChild", "io.apicurio.registry");
      assertThat(data).doesNotExist();
    }
  }

  @Test
  void demoKeepsItsLogsWhenItFails() throws Exception {
    Path data = directory.resolve("data");
    Path noRegistry = Files.createDirectory(directory.resolve("empty"));
    try (DollyProcess demo =
        DollyProcess.start(
            directory, noRegistry, "demo", "--model", NEOX, "--data", data.toString())) {
      assertThat(demo.exitCode()).isEqualTo(1);
      assertThat(data.resolve("logs/dolly.log")).isNotEmptyFile();
    }
  }

  @Test
  void aWrongSettingIsWrongUsageAndStartsNothing() throws Exception {
    Path data = directory.resolve("data");
    try (DollyProcess up =
        dolly("up", "--set=inference.nonsense=1", "--model", NEOX, "--data", data.toString())) {
      assertThat(up.exitCode()).isEqualTo(2);
      assertThat(data).doesNotExist();
    }
  }

  private DollyProcess upWithGate(Path rules, Path data) throws IOException {
    return dolly(
        "up",
        "--free-ports",
        "--gate-rules",
        rules.toString(),
        "--model",
        NEOX,
        "--data",
        data.toString());
  }

  private DollyProcess dolly(String... arguments) throws IOException {
    return DollyProcess.start(directory, arguments);
  }
}
