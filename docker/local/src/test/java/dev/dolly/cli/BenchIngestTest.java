package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class BenchIngestTest {
  @TempDir private Path directory;

  @Test
  void whatComesInBesideKafkasOwnBenchmark() throws Exception {
    Path json = directory.resolve("figures.json");
    try (DollyProcess bench =
        DollyProcess.start(directory, "bench", "ingest", "--records=2000", "--json=" + json)) {
      List<String> lines = bench.out().lines().toList();

      assertThat(bench.exitCode()).as(Files.readString(bench.err())).isZero();
      assertThat(lines).hasSize(2);
    }
    JsonNode ingest = Json.parse(Files.readString(json)).path("ingest");
    for (String what : List.of("load", "entrance")) {
      JsonNode figures = ingest.path(what);
      assertThat(figures.path("records_per_second").asDouble()).as(what).isPositive();
      assertThat(figures.path("ratio").asDouble())
          .isEqualTo(
              figures.path("records_per_second").asDouble()
                  / figures.path("peer_records_per_second").asDouble());
    }
  }
}
