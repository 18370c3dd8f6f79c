package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that run a stack, in a process of their own as the script runs them. */
@Timeout(120)
class UpTest {
  private static final String NEOX = Fixtures.model("neox").toString();

  @TempDir private Path directory;

  @Test
  void upAnswersUntilDown() throws Exception {
    Path data = directory.resolve("data");
    Process up = dolly("up", "--free-ports", "--model", NEOX, "--data", data.toString());
    try (BufferedReader said = up.inputReader()) {
      String first = said.readLine();
      JsonNode address = Json.parse(first);
      assertThat(address.fieldNames())
          .toIterable()
          .containsExactly("bootstrap", "registry", "flink");
      assertThat(data.resolve("stack.json")).hasContent(first);

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
      assertThat(said.readLine()).isNull();
      assertThat(up.waitFor()).isZero();
      assertThat(data.resolve("stack.json")).doesNotExist();
    } finally {
      up.destroyForcibly();
    }
  }

  @Test
  void demoShowsAnswersAndKeepsNothing() throws Exception {
    Path data = directory.resolve("data");
    Process demo =
        dolly("demo", "--free-ports", "--limit=2", "--model", NEOX, "--data", data.toString());
    try (BufferedReader said = demo.inputReader()) {
      assertThat(said.lines()).anyMatch(line -> line.startsWith("2 answers, 0 dead letters"));
      assertThat(demo.waitFor()).isZero();
      assertThat(data).doesNotExist();
    } finally {
      demo.destroyForcibly();
    }
  }

  @Test
  void demoKeepsItsLogsWhenItFails() throws Exception {
    Path data = directory.resolve("data");
    Path noRegistry = Files.createDirectory(directory.resolve("empty"));
    Process demo =
        dolly(noRegistry, "demo", "--free-ports", "--model", NEOX, "--data", data.toString());
    assertThat(demo.waitFor()).isEqualTo(1);
    assertThat(data.resolve("logs/dolly.log")).isNotEmptyFile();
  }

  @Test
  void aWrongSettingIsWrongUsageAndStartsNothing() throws Exception {
    Path data = directory.resolve("data");
    Process up =
        dolly("up", "--set=inference.nonsense=1", "--model", NEOX, "--data", data.toString());
    assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(up.exitValue()).isEqualTo(2);
    assertThat(data).doesNotExist();
  }

  private Process dolly(String... arguments) throws IOException {
    return dolly(Path.of(System.getProperty("dolly.registry")), arguments);
  }

  private Process dolly(Path registry, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Ddolly.registry=" + registry);
    for (String property : new String[] {"dolly.home", "ai.djl.offline"}) {
      command.add("-D" + property + "=" + System.getProperty(property));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Dolly.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectError(Files.createTempFile(directory, "stderr", ".log").toFile())
        .start();
  }
}
