package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DollyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "demo --help",
        "up --help",
        "down --help",
        "ask --help",
        "produce --help",
        "consume --help",
        "generate --help",
        "score --help",
        "bench --help",
        "bench decode --help",
        "eval --help",
        "eval gate --help",
        "models --help",
        "models make --help",
        "models pull --help",
        "models list --help",
        "models verify --help",
        "topics --help",
        "topics create --help",
        "topics list --help",
        "schemas --help",
        "schemas register --help",
        "schemas check --help"
      })
  void everyCommandExplainsItself(String arguments) {
    Invocation run = Invocation.of("", arguments.split(" "));
    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("Usage: dolly").contains("Exit codes");
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "topics",
        "ask",
        "generate --dtype int4",
        "models make pythia-70m --dtype int8",
        "generate --devices gpu:8",
        "generate --max-batch zero",
        "generate --max-batch 0",
        "consume --from yesterday",
        "consume --timeout soon",
        "consume --count 0",
        "consume --count -1",
        "consume --bootstrap 127.0.0.1:1",
        "consume --registry http://127.0.0.1:1",
        "ask hello --bootstrap 127.0.0.1:1",
        "produce --registry http://127.0.0.1:1",
        "schemas check --bootstrap 127.0.0.1:1",
        "topics create --bootstrap 127.0.0.1:1 --set topics.nonsense=1",
        "bench decode --prompt-tokens 0",
        "bench decode --new-tokens 1",
        "demo --limit 0",
        "demo --limit -1",
        "models make pythia-3m",
        "eval gate",
        "eval gate --model-name dolly --rules none.yaml",
        "up --gate-rules none.yaml"
      })
  void wrongUsageIsOneLineAndCodeTwo(String arguments) {
    Invocation run = Invocation.of("", arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("dolly: ").contains("--help").hasLineCount(1);
  }

  @Test
  void aFailureIsOneLineAndItsTraceComesOnRequest(@TempDir Path empty) {
    String[] command = {"score", "--model", empty.resolve("none").toString()};
    Invocation run = Invocation.of("", command);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("dolly: ").contains("none").hasLineCount(1);
    Invocation verbose =
        Invocation.of("", "score", "--verbose", "--model", empty.resolve("none").toString());
    assertThat(verbose.code()).isEqualTo(1);
    assertThat(verbose.err()).contains("\tat dev.dolly.");
  }

  @Test
  void aBenchmarkBeyondTheWindowIsWrongUsage() {
    Invocation run =
        Invocation.of(
            "",
            "bench",
            "decode",
            "--new-tokens=100000",
            "--model",
            Fixtures.model("neox").toString());
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("dolly: ").contains("window").hasLineCount(1);
  }

  @Test
  void anInstructionMayBeginWithAnAt(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("arguments"), "--help");
    Invocation run = Invocation.of("", "ask", "@" + file, "--data", directory.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("dolly up");
  }

  @Test
  void withoutAStackACommandSaysHowToGetOne(@TempDir Path data) {
    Invocation run = Invocation.of("", "consume", "--data", data.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(data.toString()).contains("dolly up").hasLineCount(1);
    assertThat(Invocation.of("", "down", "--data", data.toString()).code()).isZero();
  }
}
