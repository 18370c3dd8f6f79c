package dev.dolly.local;

import dev.dolly.inference.InferenceSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a local stack is made of.
 *
 * @param data keeps everything that must survive
 * @param ports how to come by ports
 * @param registry the unpacked registry distribution
 * @param model a Hugging Face model directory
 * @param jobs further settings of the inference job and of ingest, by their own keys; none of those
 *     that the stack sets itself
 * @param gate the promotion gate's rules file; empty: no gate runs
 */
public record StackSettings(
    DataDirectory data,
    PortChoice ports,
    Path registry,
    Path model,
    Map<String, String> jobs,
    Optional<Path> gate) {
  private static final String BOOTSTRAP = InferenceSettings.PREFIX + "bootstrap-servers";
  private static final String REGISTRY = InferenceSettings.PREFIX + "schema-registry";
  private static final String MODEL = InferenceSettings.PREFIX + "model-directory";
  private static final String PREFIXES = InferenceSettings.PREFIX + "checkpoint-prefixes";
  private static final String CRASHES = InferenceSettings.PREFIX + "crash-directory";

  /**
   * @throws IllegalArgumentException naming every setting of a job that cannot be: now, and not
   *     when everything else runs
   */
  public StackSettings {
    jobs = Map.copyOf(jobs);
    List<String> taken =
        Stream.of(BOOTSTRAP, REGISTRY, MODEL, CRASHES).filter(jobs::containsKey).toList();
    if (!taken.isEmpty()) {
      throw new IllegalArgumentException(String.join(", ", taken) + ": the stack sets that itself");
    }
    JobsSettings all = new JobsSettings(data, 0, keys(jobs, model, data, "unknown", "unknown"));
    all.inferenceSettings();
    all.ingestSettings();
  }

  /** Of a stack without a gate. */
  public StackSettings(
      DataDirectory data, PortChoice ports, Path registry, Path model, Map<String, String> jobs) {
    this(data, ports, registry, model, jobs, Optional.empty());
  }

  /**
   * The same with a promotion gate.
   *
   * @param rules its rules file
   */
  public StackSettings withGate(Path rules) {
    return new StackSettings(data, ports, registry, model, jobs, Optional.of(rules));
  }

  /** What the gate's process reads: it looks where the inference job looks. */
  Map<String, String> gateOn(Ports ports) {
    JobsSettings all = jobsOn(ports);
    return GateChild.settings(
        ports.address(),
        all.inferenceSettings().modelName(),
        all.jobs().get(PREFIXES),
        gate.orElseThrow());
  }

  /** What runs the jobs, with broker, registry and Flink on those ports. */
  public JobsSettings jobsOn(Ports ports) {
    StackAddress address = ports.address();
    return new JobsSettings(
        data, ports.flink(), keys(jobs, model, data, address.bootstrap(), address.registry()));
  }

  private static Map<String, String> keys(
      Map<String, String> jobs,
      Path model,
      DataDirectory data,
      String bootstrap,
      String registryUrl) {
    Map<String, String> keys = new HashMap<>(jobs);
    keys.put(BOOTSTRAP, bootstrap);
    keys.put(REGISTRY, registryUrl);
    keys.put(MODEL, model.toAbsolutePath().toString());
    keys.put(CRASHES, data.crashes().toString());
    keys.putIfAbsent(PREFIXES, ownCheckpoints(data));
    return keys;
  }

  /** Where training puts checkpoints by itself: the data directory, and where it is called. */
  private static String ownCheckpoints(DataDirectory data) {
    return Stream.of(data.root(), Path.of("").toAbsolutePath())
        .map(path -> path.toUri().toString())
        .collect(Collectors.joining(","));
  }

  /** How to come by ports. */
  public enum PortChoice {
    /** 9092, 8085 and 8081, or an error. */
    USUAL,
    /** Any. */
    FREE;

    Ports choose() {
      return switch (this) {
        case USUAL -> Ports.usual();
        case FREE -> Ports.anyFree();
      };
    }
  }
}
