package dev.dolly.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Of a dataset, which has other addresses than a model. */
@Timeout(60)
class DownloadTest {
  @TempDir private Path directory;

  private final List<Duration> pauses = new ArrayList<>();
  private HubServer server;

  @BeforeEach
  void start() throws Exception {
    server = new HubServer("datasets/owner/rows");
    server.files.put("data/rows 1.jsonl", "{}\n".getBytes(UTF_8));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aHubInTroubleIsAskedAgain() throws Exception {
    server.troubles.addAll(List.of(503, 429));
    download();
    assertThat(directory.resolve("data/rows 1.jsonl")).hasContent("{}");
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void aHubThatStaysInTroubleEndsIt() {
    server.troubles.addAll(List.of(503, 503, 503, 503, 503));
    assertThatThrownBy(this::download)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("data/rows 1.jsonl of dataset owner/rows cannot be fetched")
        .hasMessageContaining("503");
    assertThat(pauses).hasSize(4);
  }

  private void download() throws Exception {
    Snapshot snapshot =
        server.hub().list(new Repo(RepoType.DATASET, "owner/rows", Optional.empty()));
    new Download(server.hub(), snapshot, snapshot.files().get(0), directory, pauses::add)
        .run(bytes -> {});
  }
}
