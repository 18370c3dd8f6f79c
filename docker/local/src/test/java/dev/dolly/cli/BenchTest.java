package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the benchmarks run and say what they promise; how fast is no test's business. */
class BenchTest {
  @TempDir private Path directory;

  @Test
  void trainingOnRandomIds() throws IOException {
    JsonNode figures =
        bench("train", "--dtype=float32", "--batch=2", "--tokens=16", "--steps=3", "--threads=1")
            .path("train");

    assertThat(figures.path("losses")).hasSize(3);
    assertThat(figures.path("tokens_per_second").asDouble()).isPositive();
    assertThat(figures.path("flops_per_second").asDouble()).isPositive();
    assertThat(figures.path("dtype").asText()).isEqualTo("float32");
    assertThat(figures.path("bytes_per_device").asLong()).isPositive();
  }

  @Test
  void trainingOnADatasetsRecords() throws IOException {
    Path data = TrainData.write("neox", directory.resolve("records.jsonl"));

    JsonNode figures =
        bench(
                "train",
                "--dtype=float32",
                "--data=" + data,
                "--records=16",
                "--batch=8",
                "--threads=1")
            .path("train");

    assertThat(figures.path("losses")).hasSize(2);
    assertThat(figures.path("losses").get(0).asDouble())
        .as("the first golden step")
        .isCloseTo(TrainData.steps("neox").get(0).path("loss").asDouble(), offset(0.03));
    assertThat(figures.path("records_per_second").asDouble()).isPositive();
  }

  @Test
  void documentsOfTheZeroShotTasks() throws IOException {
    JsonNode figures =
        bench(
                "eval",
                "--data=" + Path.of(System.getProperty("dolly.repository")).resolve("config/eval"),
                "--tasks=piqa,boolq",
                "--limit=4",
                "--batch-size=2")
            .path("eval");

    assertThat(figures.path("tasks").path("piqa").path("requests").asInt()).isEqualTo(8);
    assertThat(figures.path("docs_per_second").asDouble()).isPositive();
  }

  @Test
  void aSwapBesideRunningSequences() throws IOException {
    Path other = directory.resolve("other");
    Invocation made =
        Invocation.of("", "models", "make", "dolly-mini-shape", "--out", other.toString());
    assertThat(made.code()).as(made.err()).isZero();

    JsonNode figures =
        bench("swap", "--to=" + other, "--batch=2", "--steps=10", "--threads=1").path("swap");

    assertThat(figures.path("step_ms").asDouble()).isPositive();
    assertThat(figures.path("load_ms").asLong()).isPositive();
    for (String phase : new String[] {"alone", "loading", "starting", "both"}) {
      JsonNode gaps = figures.path("gaps").path(phase);
      assertThat(gaps.path("tokens").asLong()).as(phase).isPositive();
      assertThat(gaps.path("max").asDouble()).isGreaterThanOrEqualTo(gaps.path("p50").asDouble());
    }
    assertThat(figures.at("/gaps/alone/p50").asDouble()).isEqualTo(1);
  }

  private JsonNode bench(String name, String... options) throws IOException {
    Path json = directory.resolve("figures.json");
    String[] arguments = new String[options.length + 4];
    arguments[0] = "bench";
    arguments[1] = name;
    arguments[2] = "--json=" + json;
    arguments[3] = "--model=" + Fixtures.model("neox");
    System.arraycopy(options, 0, arguments, 4, options.length);
    Invocation run = Invocation.of("", arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return Json.parse(Files.readString(json));
  }
}
