package dev.dolly.local;

import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.ingest.IngestApp;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistrationException;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
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
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/**
 * What a stack runs on its broker and registry, in this JVM: topics and schemas, Flink with the
 * inference job, and ingest. Broker and registry may come later, or go and come back: they are
 * waited for.
 */
public final class Jobs implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);
  private static final int POLL_MILLIS = 500;
  private static final int RETRY_MILLIS = 100;

  /** HTTP status from which on it is the registry's trouble and not the schema's. */
  private static final int SERVER_ERROR = 500;

  private final JobsSettings settings;
  private final InferenceSettings inference;
  private final BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph;
  private final Consumer<String> progress;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private EmbeddedFlink flink;
  private IngestApp ingest;
  private JobID job;

  private Jobs(
      JobsSettings settings,
      BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph,
      Consumer<String> progress) {
    this.settings = settings;
    this.inference = settings.inferenceSettings();
    this.graph = graph;
    this.progress = progress;
  }

  /**
   * Starts everything; the inference job goes on from its newest checkpoint.
   *
   * @param graph adds the job's operators to the environment: {@link InferenceJob#build}, or its
   *     parts with something between them
   * @param progress hears, on any thread, what has come up
   * @throws StackException when something does not start; all else is stopped again
   */
  public static Jobs start(
      JobsSettings settings,
      BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph,
      Consumer<String> progress)
      throws InterruptedException {
    Jobs jobs = new Jobs(settings, graph, progress);
    try {
      jobs.start();
      return jobs;
    } catch (RuntimeException | InterruptedException e) {
      jobs.close();
      throw e;
    }
  }

  /** How often the inference job's task was started anew since this runs. */
  public int restarts() throws InterruptedException {
    return flink.restarts(job);
  }

  /**
   * Returns when something has failed beyond recovery, by throwing.
   *
   * @throws StackException that names it
   */
  public void awaitFailure() throws InterruptedException {
    while (true) {
      check();
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /**
   * Returns while everything runs, or may recover.
   *
   * @throws StackException that names what has failed for good
   */
  public void check() throws InterruptedException {
    JobStatus status = flink.status(job);
    if (status.isGloballyTerminalState()) {
      throw new StackException(
          "the inference job is "
              + status
              + flink.failure(job).map(cause -> ": " + cause).orElse("")
              + "; see "
              + settings.data().logs());
    }
    ingest
        .failure()
        .ifPresent(
            e -> {
              throw new StackException(
                  "ingest has failed: " + e + "; see " + settings.data().logs(), e);
            });
  }

  private void start() throws InterruptedException {
    ExecutorService starters = Executors.newCachedThreadPool(r -> new Thread(r, "jobs-start"));
    try {
      Directories.delete(settings.data().temporary());
      all(starters, this::prepareBroker, this::registerSchemas, this::startFlink);
      all(starters, this::startIngest, this::startInference);
    } catch (IOException e) {
      throw new StackException(
          "cannot empty " + settings.data().temporary() + ": " + e.getMessage(), e);
    } finally {
      starters.shutdown();
    }
  }

  private void prepareBroker() throws InterruptedException {
    Map<String, Object> client =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            inference.bootstrapServers(),
            // It comes up in this moment.
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            RETRY_MILLIS);
    try (Admin admin = Admin.create(client)) {
      while (true) {
        try {
          TopicCreation.createMissing(admin, TopicCatalogue.all(), TopicSettings.defaults());
          removeMembersOfKilledRuns(admin);
          return;
        } catch (KafkaException e) {
          if (!(e.getCause() instanceof RetriableException)) {
            throw new StackException(e.getMessage(), e);
          }
        }
      }
    }
  }

  /**
   * A killed process leaves its member in ingest's group, and for its session's 10 s nobody else
   * gets the partitions. The claim on the data directory says that no such process lives.
   */
  private void removeMembersOfKilledRuns(Admin admin) throws InterruptedException {
    String group = settings.ingestSettings().applicationId();
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
      boolean gone =
          e.getCause() instanceof GroupIdNotFoundException
              || e.getCause() instanceof IllegalArgumentException // nobody is left to remove
              || e.getCause().getCause() instanceof UnknownMemberIdException; // by itself meanwhile
      if (!gone) {
        throw new KafkaException(
            "cannot clear the group " + group + ": " + e.getCause().getMessage(), e.getCause());
      }
    }
  }

  private void registerSchemas() throws InterruptedException {
    try (SchemaRegistryClient client = SchemaRegistries.connect(inference.schemaRegistry())) {
      while (true) {
        awaitListener(URI.create(inference.schemaRegistry()));
        try {
          SchemaRegistration.registerAll(client);
          return;
        } catch (SchemaRegistrationException e) {
          if (e.getCause() instanceof RestClientException refusal
              && refusal.getStatus() < SERVER_ERROR) {
            throw new StackException(e.getMessage(), e);
          }
          TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS); // not there yet, or away
        }
      }
    } catch (IOException e) {
      throw new StackException("cannot close the registry's client: " + e.getMessage(), e);
    }
  }

  /** The registry's client logs a trace for each connection that is refused. */
  private static void awaitListener(URI url) throws InterruptedException {
    while (true) {
      try {
        new Socket(url.getHost(), url.getPort()).close();
        return;
      } catch (IOException e) {
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      }
    }
  }

  private void startFlink() {
    flink =
        part(
            EmbeddedFlink.start(
                settings.data().checkpoints(),
                settings.data().temporary(),
                settings.flinkPort(),
                inference.parallelism()));
    progress.accept("Flink on " + flink.url());
  }

  private void startIngest() throws InterruptedException {
    ingest = part(new IngestApp(settings.ingestSettings()));
    ingest.start();
    try {
      ingest.awaitRunning(START);
    } catch (IllegalStateException e) {
      throw new StackException(e.getMessage(), e);
    }
    progress.accept("ingest");
  }

  private void startInference() throws InterruptedException {
    JobID submitted =
        flink.submit(InferenceJob.NAME, environment -> graph.accept(environment, inference));
    job = submitted;
    part(() -> flink.stop(submitted));
    flink.awaitRunning(submitted);
    progress.accept("inference job with " + inference.modelDirectory());
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
    if (first != null) {
      throw first;
    }
  }
}
