package dev.dolly.cli;

import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.local.DataDirectory;
import dev.dolly.local.LocalStack;
import dev.dolly.local.StackAddress;
import dev.dolly.local.StackSettings;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.prompt.PromptParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A stack with a small model, and everything that was committed on it, in order. */
final class RunningChain implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  final Cluster cluster;
  final StackAddress address;
  final List<Response> responses = new ArrayList<>();
  final List<DeadLetter> deadLetters = new ArrayList<>();
  private final LocalStack stack;
  private final RawPrompts prompts;
  private final AnswerReader reader;
  private int sentinels;

  RunningChain(Path directory, String model) throws InterruptedException {
    this(directory, model, Map.of(), InferenceJob::build);
  }

  RunningChain(
      Path directory,
      String model,
      Map<String, String> settings,
      BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph)
      throws InterruptedException {
    Map<String, String> inference = new HashMap<>(settings);
    inference.put("inference.dtype", "float32");
    stack =
        LocalStack.start(
            new StackSettings(
                new DataDirectory(directory),
                StackSettings.PortChoice.FREE,
                Path.of(System.getProperty("dolly.registry")),
                Fixtures.model(model),
                inference),
            graph,
            part -> {});
    address = stack.address();
    cluster = new Cluster(address.bootstrap(), address.registry());
    prompts = new RawPrompts(cluster);
    reader = new AnswerReader(cluster, cluster.schemas(), false);
  }

  /** Sends bytes to the raw topic; returns the id that a prompt without one gets there. */
  String send(byte[] value) throws InterruptedException, ExecutionException {
    return PromptParser.derivedId(prompts.send(value).get().origin());
  }

  String send(String json) throws InterruptedException, ExecutionException {
    return send(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Waits until that many answers and dead letters are committed in all. */
  void await(int outcomes) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (responses.size() + deadLetters.size() < outcomes) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "%d answers and %d dead letters of %d"
                .formatted(responses.size(), deadLetters.size(), outcomes));
      }
      for (AnswerReader.Event event : reader.poll(Duration.ofMillis(100))) {
        if (event instanceof AnswerReader.Answered answered) {
          responses.add(answered.response());
        } else if (event instanceof AnswerReader.Dead dead) {
          deadLetters.add(dead.letter());
        }
      }
    }
  }

  /** Waits until what was handed out before is committed too: the answer to one more prompt is. */
  void settle() throws InterruptedException, ExecutionException {
    String id = "sentinel-" + sentinels++;
    send(
        "{\"request_id\": \""
            + id
            + "\", \"instruction\": \"a\", \"params\": {\"max_new_tokens\": 1}}");
    while (responses.stream().noneMatch(response -> response.getRequestId().equals(id))) {
      await(responses.size() + deadLetters.size() + 1);
    }
    responses.removeIf(response -> response.getRequestId().equals(id));
  }

  /** Throws when a part of the stack has failed for good. */
  void check() throws InterruptedException {
    stack.check();
  }

  /** How often the job's task was started anew. */
  int restarts() throws InterruptedException {
    return stack.restarts();
  }

  @Override
  public void close() {
    reader.close();
    prompts.close();
    stack.close();
  }
}
