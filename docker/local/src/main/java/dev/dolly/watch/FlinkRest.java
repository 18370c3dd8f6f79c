package dev.dolly.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What Flink's REST interface says about a job. Every method asks anew, and throws {@link
 * IOException} when Flink is away, which a caller may take for a moment's state. Safe for use from
 * several threads.
 */
public final class FlinkRest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Metrics asked for in one question; longer ones would not fit into a request line. */
  private static final int METRICS_AT_ONCE = 50;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final String base;

  /**
   * @param base URL, as {@code stack.json} has it
   */
  public FlinkRest(String base) {
    this.base = base.replaceAll("/+$", "");
  }

  /**
   * A job.
   *
   * @param id Flink's, new with each submission
   * @param state such as {@code RUNNING}
   * @param startedAt epoch ms of its submission
   */
  public record Job(String id, String state, long startedAt) {}

  /**
   * The checkpoints of one job.
   *
   * @param completed since the job was submitted
   * @param failed since the job was submitted
   * @param restoredAt epoch ms of the newest restore; empty: it began with nothing
   * @param recent those that Flink still remembers, the newest first
   */
  public record Checkpoints(
      long completed, long failed, OptionalLong restoredAt, List<Completed> recent) {
    public Checkpoints {
      recent = List.copyOf(recent);
    }
  }

  /**
   * A checkpoint that is complete.
   *
   * @param triggeredAt epoch ms
   * @param millis from the trigger to the end
   */
  public record Completed(long id, long triggeredAt, long millis) {}

  /** The newest job of that name. */
  public Optional<Job> job(String name) throws IOException, InterruptedException {
    Job newest = null;
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      long start = job.path("start-time").asLong();
      if (job.path("name").asText().equals(name)
          && (newest == null || start > newest.startedAt())) {
        newest = new Job(job.path("jid").asText(), job.path("state").asText(), start);
      }
    }
    return Optional.ofNullable(newest);
  }

  /** A job's checkpoints. */
  public Checkpoints checkpoints(String job) throws IOException, InterruptedException {
    JsonNode all = get("/jobs/" + job + "/checkpoints");
    List<Completed> recent = new ArrayList<>();
    for (JsonNode checkpoint : all.path("history")) {
      if (checkpoint.path("status").asText().equals("COMPLETED")) {
        recent.add(
            new Completed(
                checkpoint.path("id").asLong(),
                checkpoint.path("trigger_timestamp").asLong(),
                checkpoint.path("end_to_end_duration").asLong()));
      }
    }
    JsonNode restored = all.path("latest").path("restored").path("restore_timestamp");
    return new Checkpoints(
        all.path("counts").path("completed").asLong(),
        all.path("counts").path("failed").asLong(),
        restored.isNumber() ? OptionalLong.of(restored.asLong()) : OptionalLong.empty(),
        recent);
  }

  /** How often a job was restarted since it was submitted. */
  public long restarts(String job) throws IOException, InterruptedException {
    for (JsonNode metric : get("/jobs/" + job + "/metrics?get=numRestarts")) {
      return metric.path("value").asLong();
    }
    return 0;
  }

  /**
   * The metrics of one operator of a job, by the names they have in it.
   *
   * @param operator the operator's name
   */
  public OperatorMetrics metrics(String job, String operator)
      throws IOException, InterruptedException {
    Map<String, Double> sums = new HashMap<>();
    Map<String, Double> maxima = new HashMap<>();
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      String path =
          "/jobs/" + job + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics";
      List<String> names = new ArrayList<>();
      for (JsonNode metric : get(path)) {
        String name = metric.path("id").asText();
        if (name.startsWith(operator + ".")) {
          names.add(name);
        }
      }
      for (int from = 0; from < names.size(); from += METRICS_AT_ONCE) {
        List<String> some = names.subList(from, Math.min(names.size(), from + METRICS_AT_ONCE));
        for (JsonNode metric : get(path + "?agg=sum,max&get=" + String.join(",", some))) {
          String name = metric.path("id").asText().substring(operator.length() + 1);
          sums.put(name, metric.path("sum").asDouble());
          maxima.put(name, metric.path("max").asDouble());
        }
      }
    }
    return new OperatorMetrics(sums, maxima);
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE).build();
    HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException(base + path + " answers " + response.statusCode());
    }
    return JSON.readTree(response.body());
  }
}
