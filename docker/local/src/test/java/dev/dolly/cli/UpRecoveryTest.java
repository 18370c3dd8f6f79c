package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes of a stack that die with prompts in flight. */
@Timeout(300)
class UpRecoveryTest {
  private static final int PROMPTS = 6;

  @TempDir private Path directory;

  private Path data;

  @Test
  void theNextUpGoesOnWhereAKilledOneWas() throws Exception {
    data = directory.resolve("data");
    List<ProcessHandle> killed;
    try (DollyProcess first = up()) {
      first.address();
      killed = DollyProcess.children(data);
      assertThat(killed).hasSizeGreaterThanOrEqualTo(3); // the gate comes when it comes
      send(ids("a"));
      consume(1);
      first.process().destroyForcibly().waitFor();
    }
    try (DollyProcess second = up()) {
      second.address();
      assertThat(killed).noneMatch(DollyProcess::runs);
      assertEachAnsweredOnce("a");
    }
  }

  @Test
  void jobsThatAbortOrFaultComeBackAndLeaveAReport() throws Exception {
    data = directory.resolve("data");
    try (DollyProcess up = up()) {
      up.address();
      long aborted = DollyProcess.pid(data, "jobs");
      send(ids("a"));
      consume(1);
      DollyProcess.signal("ABRT", aborted);
      consume(PROMPTS);
      long faulted = DollyProcess.pid(data, "jobs");
      assertThat(faulted).isNotEqualTo(aborted);
      send(ids("b"));
      consume(PROMPTS + 1);
      DollyProcess.signal("SEGV", faulted);
      assertEachAnsweredOnce("a", "b");
      assertThat(DollyProcess.pid(data, "jobs")).isNotEqualTo(faulted);
      for (long pid : new long[] {aborted, faulted}) {
        Path report = data.resolve("crashes").resolve(pid + ".crash");
        assertThat(report).isNotEmptyFile();
        assertThat(up.err()).content().contains("died by SIGABRT; crash report " + report);
      }
    }
  }

  @Test
  void aPartThatCannotStartEndsIt() throws Exception {
    data = Files.createDirectory(directory.resolve("data"));
    Path inTheWay = Files.createFile(data.resolve("checkpoints"));
    try (DollyProcess up = up()) {
      assertThat(up.exitCode()).isEqualTo(1);
      assertThat(up.err())
          .content()
          .contains("dolly: Flink on port ", " does not start: ", inTheWay.toString());
    }
  }

  private DollyProcess up() throws IOException {
    // Few at once, so that answers take a while and the end meets them half way.
    return DollyProcess.start(
        directory,
        "up",
        "--free-ports",
        "--max-batch=2",
        "--set=inference.checkpoint-interval=300 ms",
        "--model",
        Fixtures.model("neox").toString(),
        "--data",
        data.toString());
  }

  private void send(List<String> ids) {
    String prompts =
        ids.stream()
            .map(
                id ->
                    """
                    {"request_id": "%s", "instruction": "Go on", \
                    "params": {"max_new_tokens": 300, "temperature": 2.0, "top_p": 1.0}}
                    """
                        .formatted(id))
            .collect(Collectors.joining());
    Invocation produced = Invocation.of(prompts, "produce", "--data", data.toString());
    assertThat(produced.code()).isZero();
  }

  /** As many as make the jobs busy for a while. */
  private static List<String> ids(String name) {
    return IntStream.range(0, PROMPTS).mapToObj(number -> name + number).toList();
  }

  /** All answers there are, once there are that many. */
  private List<JsonNode> consume(int count) throws IOException {
    Invocation run =
        Invocation.of(
            "",
            "consume",
            "--from=earliest",
            "--count=" + count,
            "--timeout=90s",
            "--data",
            data.toString());
    assertThat(run.err()).isEmpty();
    return run.lines();
  }

  /** And of each name some were half written when the process died. */
  private void assertEachAnsweredOnce(String... names) throws IOException {
    consume(names.length * PROMPTS);
    send(List.of("last"));
    List<String> expected = new ArrayList<>(List.of("last"));
    for (String name : names) {
      expected.addAll(ids(name));
    }
    List<JsonNode> answers = consume(expected.size());
    assertThat(answers)
        .extracting(answer -> answer.get("request_id").asText())
        .containsExactlyInAnyOrderElementsOf(expected);
    for (String name : names) {
      assertThat(answers)
          .filteredOn(answer -> answer.get("request_id").asText().startsWith(name))
          .anyMatch(answer -> answer.get("resumed_tokens").asInt() > 0);
    }
  }
}
