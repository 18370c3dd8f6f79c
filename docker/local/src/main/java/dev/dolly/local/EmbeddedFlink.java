package dev.dolly.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;

/**
 * A Flink cluster in this JVM with its REST interface and UI, whose jobs go on from the newest
 * completed checkpoint that an earlier run left in the directory.
 */
public final class EmbeddedFlink implements AutoCloseable {
  /** A job that fails this often before it first runs never will. */
  private static final int START_ATTEMPTS = 3;

  private static final Duration POLL = Duration.ofMillis(25);
  private static final Duration STOP = Duration.ofSeconds(5);

  private final MiniCluster cluster;
  private final Configuration settings;
  private final Path checkpoints;
  private final URI url;

  private EmbeddedFlink(MiniCluster cluster, Configuration settings, Path checkpoints, URI url) {
    this.cluster = cluster;
    this.settings = settings;
    this.checkpoints = checkpoints;
    this.url = url;
  }

  /**
   * Starts the cluster.
   *
   * @param checkpoints directory of the checkpoints; made when missing
   * @param temporary directory for what no later run needs
   * @param port of the REST interface and UI
   * @param slots how many subtasks may run at once
   */
  public static EmbeddedFlink start(Path checkpoints, Path temporary, int port, int slots) {
    Configuration settings = settings(checkpoints, temporary, port);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .build());
    try {
      Files.createDirectories(checkpoints);
      Files.createDirectories(temporary);
      cluster.start();
      return new EmbeddedFlink(cluster, settings, checkpoints, cluster.getRestAddress().get());
    } catch (Exception e) { // all that start() declares
      cluster.closeAsync();
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new StackException(
          "Flink on port " + port + " does not start: " + firstLine(rootOf(e)), e);
    }
  }

  /** Base URL of the UI and the REST interface. */
  public URI url() {
    return url;
  }

  /**
   * Submits a job, restored from the newest completed checkpoint where there is one.
   *
   * @param graph adds the job's operators to the environment
   */
  public JobID submit(String name, Consumer<StreamExecutionEnvironment> graph)
      throws InterruptedException {
    StreamExecutionEnvironment environment = new StreamExecutionEnvironment(settings);
    graph.accept(environment);
    StreamGraph job = environment.getStreamGraph();
    job.setJobName(name);
    try {
      Optional<Path> checkpoint = new RetainedCheckpoints(checkpoints).newest();
      // Claimed: Flink removes it as soon as a newer one is complete.
      checkpoint.ifPresent(
          path ->
              job.setSavepointRestoreSettings(
                  SavepointRestoreSettings.forPath(
                      path.toUri().toString(), false, RecoveryClaimMode.CLAIM)));
      return cluster.submitJob(job).get().getJobID();
    } catch (IOException | ExecutionException e) {
      throw new StackException("job " + name + " cannot be started: " + firstLine(rootOf(e)), e);
    }
  }

  /**
   * Waits until every task of the job runs, all its operators opened.
   *
   * @throws StackException with the cause when the job fails instead
   */
  public void awaitRunning(JobID job) throws InterruptedException {
    while (true) {
      AccessExecutionGraph graph = graph(job);
      // A job that is only being set up has no vertices yet.
      boolean running = graph.getState() == JobStatus.RUNNING;
      for (AccessExecutionVertex vertex : graph.getAllExecutionVertices()) {
        running &= vertex.getExecutionState() == ExecutionState.RUNNING;
        if (vertex.getCurrentExecutionAttempt().getAttemptNumber() >= START_ATTEMPTS) {
          throw notStarting(graph);
        }
      }
      if (running) {
        return;
      }
      if (graph.getState().isGloballyTerminalState()) {
        throw notStarting(graph);
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  /** The job's state now. */
  public JobStatus status(JobID job) throws InterruptedException {
    return graph(job).getState();
  }

  /** Why the job failed the last time, in one line; empty when it never did. */
  public Optional<String> failure(JobID job) throws InterruptedException {
    return cause(graph(job)).map(EmbeddedFlink::firstLine);
  }

  /** How often the job's most unlucky task was started anew. */
  public int restarts(JobID job) throws InterruptedException {
    int restarts = 0;
    for (AccessExecutionVertex vertex : graph(job).getAllExecutionVertices()) {
      restarts = Math.max(restarts, vertex.getCurrentExecutionAttempt().getAttemptNumber());
    }
    return restarts;
  }

  /**
   * Stops a job at a fresh checkpoint, from which the next submission goes on. A job that cannot
   * complete one in time is stopped at its last.
   */
  public void stop(JobID job) throws InterruptedException {
    try {
      if (cluster.getJobStatus(job).get().isGloballyTerminalState()) {
        return;
      }
      cluster
          .triggerCheckpoint(job, CheckpointType.CONFIGURED)
          .handle((number, failure) -> number)
          .get(STOP.toMillis(), TimeUnit.MILLISECONDS);
      cluster.cancelJob(job).get(STOP.toMillis(), TimeUnit.MILLISECONDS);
      cluster.requestJobResult(job).get(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The cluster's own end stops it as well; retained checkpoints stay.
    }
  }

  @Override
  public void close() {
    try {
      cluster.closeAsync().get(2 * STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new StackException("Flink does not stop in order: " + firstLine(rootOf(e)), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private AccessExecutionGraph graph(JobID job) throws InterruptedException {
    try {
      return cluster.getExecutionGraph(job).get();
    } catch (ExecutionException e) {
      throw new StackException("job " + job + " is gone: " + firstLine(rootOf(e)), e);
    }
  }

  private static StackException notStarting(AccessExecutionGraph graph) {
    Optional<Throwable> cause = cause(graph);
    return new StackException(
        "the inference job does not start: "
            + cause.map(EmbeddedFlink::firstLine).orElse("it is " + graph.getState()),
        cause.orElse(null));
  }

  private static Optional<Throwable> cause(AccessExecutionGraph graph) {
    return Optional.ofNullable(graph.getFailureInfo())
        .map(info -> info.getException().deserializeError(EmbeddedFlink.class.getClassLoader()))
        .map(EmbeddedFlink::rootOf);
  }

  private static Throwable rootOf(Throwable e) {
    Throwable cause = ExceptionUtils.stripExecutionException(e);
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String firstLine(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.lines().findFirst().orElseThrow();
  }

  private static Configuration settings(Path checkpoints, Path temporary, int port) {
    Configuration c = new Configuration();
    c.set(RestOptions.ADDRESS, Ports.HOST);
    c.set(RestOptions.BIND_ADDRESS, Ports.HOST);
    c.set(RestOptions.PORT, port);
    c.set(RestOptions.BIND_PORT, Integer.toString(port));
    c.set(WebOptions.SUBMIT_ENABLE, false);
    // What is watched each second is as old as that, and not ten seconds.
    c.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
    c.set(CoreOptions.TMP_DIRS, temporary.toString());
    c.set(WebOptions.TMP_DIR, temporary.toString());
    c.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    c.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
    c.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    c.set(PipelineOptions.GENERIC_TYPES, false);
    c.set(PipelineOptions.MAX_PARALLELISM, 128);
    c.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    c.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    c.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 2);
    c.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    c.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    c.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofMillis(100));
    c.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(5));
    c.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
        Duration.ofSeconds(20));
    return c;
  }
}
