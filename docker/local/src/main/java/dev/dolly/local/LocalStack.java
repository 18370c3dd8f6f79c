package dev.dolly.local;

import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.ingest.IngestApp;
import dev.dolly.ingest.IngestSettings;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broker, registry, Flink, ingest and the inference job, wired together: from {@link #start} on,
 * prompts are answered.
 */
public final class LocalStack implements AutoCloseable {
  // Made before any part starts: slf4j says so on standard error when threads race to begin it.
  private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);
  private static final Duration START = Duration.ofMinutes(2);
  private static final int POLL_MILLIS = 500;

  private final StackSettings settings;
  private final BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph;
  private final Consumer<String> progress;
  private final DataDirectory data;
  private final DataDirectory.Claim claim;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private EmbeddedBroker broker;
  private EmbeddedRegistry registry;
  private EmbeddedFlink flink;
  private IngestApp ingest;
  private JobID job;

  private LocalStack(
      StackSettings settings,
      BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph,
      Consumer<String> progress) {
    this.settings = settings;
    this.graph = graph;
    this.progress = progress;
    this.data = settings.data();
    this.claim = data.claim();
  }

  /**
   * Starts a stack; what lies on its data directory goes on, unanswered prompts too.
   *
   * @param progress hears, on any thread, what has come up
   * @throws StackException when a part does not start; all others are stopped again
   */
  public static LocalStack start(StackSettings settings, Consumer<String> progress)
      throws InterruptedException {
    return start(settings, InferenceJob::build, progress);
  }

  /**
   * As above, with another graph: {@link InferenceJob}'s, with something put between its parts.
   *
   * @param graph adds the job's operators to the environment
   */
  public static LocalStack start(
      StackSettings settings,
      BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph,
      Consumer<String> progress)
      throws InterruptedException {
    LocalStack stack = new LocalStack(settings, graph, progress);
    try {
      stack.start();
      return stack;
    } catch (RuntimeException | InterruptedException e) {
      stack.close();
      throw e;
    }
  }

  /** Tells other processes, through the data directory, where this stack is. */
  public void announce() {
    claim.announce(address());
  }

  /** Where everything is. */
  public StackAddress address() {
    return new StackAddress(broker.bootstrap(), registry.url().toString(), flink.url().toString());
  }

  /** How often the inference job's task was started anew since this stack runs. */
  public int restarts() throws InterruptedException {
    return flink.restarts(job);
  }

  /**
   * Returns when a part has failed beyond recovery, by throwing.
   *
   * @throws StackException that names the part
   */
  public void awaitFailure() throws InterruptedException {
    while (true) {
      check();
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /**
   * Returns while all parts run, or may recover.
   *
   * @throws StackException that names the part that has failed for good
   */
  public void check() throws InterruptedException {
    if (!registry.isAlive()) {
      throw new StackException("the schema registry has ended; its log is in " + data.logs());
    }
    JobStatus status = flink.status(job);
    if (status.isGloballyTerminalState()) {
      throw new StackException("the inference job is " + status + "; see " + data.logs());
    }
    ingest
        .failure()
        .ifPresent(
            e -> {
              throw new StackException("ingest has failed: " + e + "; see " + data.logs(), e);
            });
  }

  private void start() throws InterruptedException {
    LOG.info("starting on {}", data.root());
    ExecutorService starters = Executors.newCachedThreadPool(r -> new Thread(r, "stack-start"));
    try {
      Directories.delete(data.temporary());
      Ports ports = settings.ports().choose();
      all(
          starters,
          () -> {
            broker = part(EmbeddedBroker.start(data.broker(), ports.broker(), ports.controller()));
            prepareBroker();
            progress.accept("broker on " + broker.bootstrap());
          },
          () -> {
            Path log = data.logs().resolve("registry.log");
            registry =
                part(
                    EmbeddedRegistry.start(
                        settings.registry(), data.registry(), log, ports.registry()));
            SchemaRegistration.registerAll(SchemaRegistries.connect(registry.url().toString()));
            progress.accept("schema registry on " + registry.url());
          },
          () -> {
            flink =
                part(
                    EmbeddedFlink.start(
                        data.checkpoints(),
                        data.temporary(),
                        ports.flink(),
                        settings.parallelism()));
            progress.accept("Flink on " + flink.url());
          });
      all(starters, this::startIngest, this::startInference);
    } catch (IOException e) {
      throw new StackException("cannot empty " + data.temporary() + ": " + e.getMessage(), e);
    } finally {
      starters.shutdown();
    }
  }

  private void prepareBroker() throws InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrap()))) {
      TopicCreation.createMissing(admin, TopicCatalogue.all(), TopicSettings.defaults());
      removeMembersOfKilledRuns(admin);
    }
  }

  /**
   * A killed process leaves its member in ingest's group, and for its session's 10 s nobody else
   * gets the partitions. The claim on the data directory says that no such process lives.
   */
  private static void removeMembersOfKilledRuns(Admin admin) throws InterruptedException {
    String group = IngestSettings.DEFAULT_APPLICATION_ID;
    try {
      if (!admin
          .describeConsumerGroups(List.of(group))
          .describedGroups()
          .get(group)
          .get()
          .members()
          .isEmpty()) {
        admin
            .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
            .all()
            .get();
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw new StackException(
            "cannot clear the group " + group + ": " + e.getCause().getMessage(), e);
      }
    }
  }

  private void startIngest() throws InterruptedException {
    ingest =
        part(
            new IngestApp(
                IngestSettings.of(broker.bootstrap(), registry.url().toString(), data.streams())));
    ingest.start();
    try {
      ingest.awaitRunning(START);
    } catch (IllegalStateException e) {
      throw new StackException(e.getMessage(), e);
    }
    progress.accept("ingest");
  }

  private void startInference() throws InterruptedException {
    InferenceSettings inference =
        settings.inferenceOn(broker.bootstrap(), registry.url().toString());
    job = flink.submit(InferenceJob.NAME, environment -> graph.accept(environment, inference));
    JobID submitted = job;
    part(() -> flink.stop(submitted));
    flink.awaitRunning(job);
    progress.accept("inference job with " + settings.model());
  }

  /** Something that starts a part. */
  @FunctionalInterface
  private interface Starter {
    void run() throws InterruptedException;
  }

  /** Runs them at once and waits for all, also when one fails, so that none starts afterwards. */
  private static void all(ExecutorService threads, Starter... starters)
      throws InterruptedException {
    List<Future<?>> running = new ArrayList<>();
    for (Starter starter : starters) {
      running.add(
          threads.submit(
              () -> {
                starter.run();
                return null;
              }));
    }
    RuntimeException first = null;
    for (Future<?> future : running) {
      try {
        future.get();
      } catch (InterruptedException e) {
        running.forEach(other -> other.cancel(true));
        threads.shutdown();
        threads.awaitTermination(1, TimeUnit.MINUTES);
        throw e;
      } catch (ExecutionException e) {
        RuntimeException failure =
            e.getCause() instanceof RuntimeException cause
                ? cause
                : new StackException("a part does not start: " + e.getCause(), e.getCause());
        first = first == null ? failure : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Makes the part one of those that {@link #close} stops, the last started first. */
  private <T extends AutoCloseable> T part(T part) {
    synchronized (parts) {
      parts.push(part);
    }
    return part;
  }

  private AutoCloseable next() {
    synchronized (parts) {
      return parts.poll();
    }
  }

  /** Stops everything in order; what is unanswered goes on with the next start. */
  @Override
  public void close() {
    RuntimeException first = null;
    AutoCloseable part;
    while ((part = next()) != null) {
      try {
        part.close();
      } catch (Exception e) { // the other parts must be stopped all the same
        first = first == null ? new StackException("while stopping: " + e.getMessage(), e) : first;
      }
    }
    claim.close();
    if (first != null) {
      throw first;
    }
  }
}
