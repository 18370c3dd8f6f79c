package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

/** A cluster's one job as an operator handles it: through Flink's REST interface. */
final class JobRest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String job;

  /**
   * @param flink base URL
   */
  JobRest(String flink) throws IOException, InterruptedException {
    String jobs = flink + "/jobs";
    job = jobs + "/" + read(jobs).get("jobs").get(0).get("id").asText();
  }

  /** What lies below the job. */
  JsonNode get(String path) throws IOException, InterruptedException {
    return read(job + path);
  }

  /** Cancels it, which takes no checkpoint, and waits for its end. */
  void cancel() throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(URI.create(job + "?mode=cancel"))
            .method("PATCH", HttpRequest.BodyPublishers.noBody()));
    String state;
    do {
      state = get("").get("state").asText();
    } while (!state.equals("CANCELED"));
  }

  /** Stops it with a savepoint; returns where that is. */
  String stopWithSavepoint(Path directory) throws IOException, InterruptedException {
    String request =
        Json.line(
            Json.object().put("targetDirectory", directory.toUri().toString()).put("drain", false));
    String trigger =
        send(HttpRequest.newBuilder(URI.create(job + "/stop"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request)))
            .get("request-id")
            .asText();
    JsonNode savepoint;
    do {
      savepoint = get("/savepoints/" + trigger);
    } while (!savepoint.get("status").get("id").asText().equals("COMPLETED"));
    assertThat(savepoint.get("operation").has("location")).as("%s", savepoint).isTrue();
    return savepoint.get("operation").get("location").asText();
  }

  private static JsonNode read(String url) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private static JsonNode send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return Json.parse(CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
  }
}
