package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.client.ChunkedAnswer;
import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.local.DataDirectory;
import dev.dolly.local.EmbeddedBroker;
import dev.dolly.local.Jobs;
import dev.dolly.local.JobsSettings;
import dev.dolly.local.Ports;
import dev.dolly.local.RegistryProcess;
import dev.dolly.local.StackAddress;
import dev.dolly.local.StackSettings;
import dev.dolly.local.process.Supervisor;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.prompt.PromptParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Broker and jobs in this JVM, so that a test can put something into the jobs, a registry beside
 * it, and everything that was committed, in order.
 */
final class RunningChain implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  final Cluster cluster;
  final StackAddress address;
  final List<Response> responses = new ArrayList<>();
  final List<DeadLetter> deadLetters = new ArrayList<>();
  private final List<ResponseChunk> chunks = new ArrayList<>();
  private final Map<String, ChunkedAnswer> pieces = new HashMap<>();
  private final StackSettings stack;
  private final Ports ports;
  private EmbeddedBroker broker;
  private Supervisor registry;
  private final BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph;
  private Jobs jobs;
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
    this(directory, Fixtures.model(model), settings, graph);
  }

  RunningChain(
      Path directory,
      Path model,
      Map<String, String> settings,
      BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph)
      throws InterruptedException {
    Map<String, String> inference = new HashMap<>(settings);
    inference.put("inference.dtype", "float32");
    StackSettings stack =
        new StackSettings(
            new DataDirectory(directory),
            StackSettings.PortChoice.FREE,
            Path.of(System.getProperty("dolly.registry")),
            model,
            inference);
    ports = Ports.anyFree();
    address = ports.address();
    broker = broker(stack.data());
    registry = RegistryProcess.start(stack, ports);
    this.stack = stack;
    this.graph = graph;
    try {
      jobs = Jobs.start(stack.jobsOn(ports), graph, part -> {});
    } catch (RuntimeException | InterruptedException e) {
      registry.close();
      broker.close(); // left alone, it would end this JVM when its directory is deleted
      throw e;
    }
    cluster = new Cluster(address.bootstrap(), address.registry());
    prompts = new RawPrompts(cluster);
    reader = new AnswerReader(cluster, cluster.schemas(), true);
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
      poll();
    }
  }

  /** Waits until so many more chunks have come. */
  void awaitChunks(int more) {
    int enough = chunks.size() + more;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (chunks.size() < enough) {
      if (System.nanoTime() > end) {
        throw new AssertionError(chunks.size() + " chunks of " + enough);
      }
      poll();
    }
  }

  /** All that have come, in the order of coming. */
  List<ResponseChunk> chunks() {
    return chunks;
  }

  private void poll() {
    for (AnswerReader.Event event : reader.poll(Duration.ofMillis(100))) {
      if (event instanceof AnswerReader.Answered answered) {
        responses.add(answered.response());
      } else if (event instanceof AnswerReader.Dead dead) {
        deadLetters.add(dead.letter());
      } else if (event instanceof AnswerReader.Chunk chunk) {
        chunks.add(chunk.chunk());
        pieces.computeIfAbsent(chunk.requestId(), id -> new ChunkedAnswer()).add(chunk.chunk());
      }
    }
  }

  /**
   * Holds that the prompts of these ids have one answer each, that there is nothing else, and that
   * each answer's chunks make its text.
   */
  void assertOneAnswerEach(Collection<String> ids) throws InterruptedException, ExecutionException {
    await(ids.size());
    settle();
    assertThat(deadLetters).isEmpty();
    assertThat(responses)
        .extracting(Response::getRequestId)
        .containsExactlyInAnyOrderElementsOf(ids);
    for (Response response : responses) {
      assertThat(rebuilt(response)).as(response.getRequestId()).isEqualTo(response.getText());
    }
  }

  /** What the chunks make; chunks of a topic's other partition may come a moment later. */
  private String rebuilt(Response response) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String text = null;
    while (text == null || (!text.equals(response.getText()) && System.nanoTime() < end)) {
      if (text != null) {
        poll();
      }
      ChunkedAnswer answer = pieces.get(response.getRequestId());
      text = answer == null ? "" : answer.text();
    }
    return text;
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

  /** Asks until a version answers that is wanted; returns that answer. */
  Response answerOf(Predicate<String> version) throws InterruptedException, ExecutionException {
    Response last;
    do {
      check();
      send("{\"instruction\": \"a\", \"params\": {\"max_new_tokens\": 1}}");
      int answered = responses.size();
      while (responses.size() == answered) {
        await(responses.size() + deadLetters.size() + 1);
      }
      last = responses.get(responses.size() - 1);
    } while (!version.test(last.getModel().getVersion()));
    return last;
  }

  /** Throws when a job has failed for good. */
  void check() throws InterruptedException {
    jobs.check();
  }

  /** How often the job's task was started anew. */
  int restarts() throws InterruptedException {
    return jobs.restarts();
  }

  /** The jobs stop, at their last checkpoint if they cannot take another. */
  void stopJobs() {
    jobs.close();
  }

  /**
   * The jobs come back.
   *
   * @param differing settings of the inference job
   */
  void startJobs(Map<String, String> differing) throws InterruptedException {
    Map<String, String> inference = new HashMap<>(stack.jobsOn(ports).jobs());
    inference.putAll(differing);
    jobs = Jobs.start(new JobsSettings(stack.data(), ports.flink(), inference), graph, part -> {});
  }

  /** Waits until the job's task was started anew. */
  void awaitRestart() throws InterruptedException {
    int before = restarts();
    while (restarts() == before) {
      check();
    }
  }

  /** The broker goes away, with all its connections. */
  void stopBroker() {
    broker.close();
  }

  /** The broker comes back on the same ports. */
  void startBroker() {
    broker = broker(stack.data());
  }

  /** The registry goes away. */
  void stopRegistry() {
    registry.close();
  }

  /** The registry comes back on the same port. */
  void startRegistry() {
    registry = RegistryProcess.start(stack, ports);
  }

  private EmbeddedBroker broker(DataDirectory data) {
    return EmbeddedBroker.start(data.broker(), ports.broker(), ports.controller());
  }

  @Override
  public void close() {
    reader.close();
    prompts.close();
    jobs.close();
    registry.close();
    broker.close();
  }
}
