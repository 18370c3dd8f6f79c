package dev.dolly.training.flink;

import dev.dolly.training.options.DataSelection;
import dev.dolly.training.options.InvalidOptionsException;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.topic.KafkaAccess;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the job is started with: where the topics are, and the options of the run as texts, which
 * every host can read again.
 */
public record JobArguments(KafkaAccess kafka, Map<String, String> options) implements Serializable {
  private static final String BOOTSTRAP = "bootstrap-servers";
  private static final String REGISTRY = "schema-registry";
  private static final String KAFKA = "kafka.";

  /** How Flink's tool writes a flag without a value. */
  private static final String NO_VALUE = "__NO_VALUE_KEY";

  public JobArguments {
    options = new TreeMap<>(options);
  }

  /**
   * Reads {@code bootstrap-servers}, {@code schema-registry}, {@code kafka.*} and the options.
   *
   * @throws InvalidOptionsException with every problem
   */
  public static JobArguments of(Map<String, String> texts) {
    Map<String, String> options = new HashMap<>();
    Map<String, String> kafka = new HashMap<>();
    texts.forEach(
        (key, value) -> {
          String text = value.equals(NO_VALUE) ? "true" : value;
          if (key.startsWith(KAFKA)) {
            kafka.put(key.substring(KAFKA.length()), text);
          } else {
            options.put(key, text);
          }
        });
    List<String> problems = new ArrayList<>();
    String bootstrap = required(options, BOOTSTRAP, problems);
    String registry = required(options, REGISTRY, problems);
    try {
      if (TrainingOptions.of(options).data() instanceof DataSelection.File) {
        problems.add("data: this job reads topics; `dolly train` takes a file");
      }
    } catch (InvalidOptionsException e) {
      problems.addAll(e.problems());
    }
    if (!problems.isEmpty()) {
      throw new InvalidOptionsException(problems);
    }
    return new JobArguments(new KafkaAccess(bootstrap, registry, kafka), options);
  }

  private static String required(Map<String, String> options, String key, List<String> problems) {
    String value = options.remove(key);
    if (value == null || value.isBlank()) {
      problems.add(key + " is missing");
      return "";
    }
    return value;
  }

  /** The run's options. */
  public TrainingOptions trainingOptions() {
    return TrainingOptions.of(options);
  }

  /** The same, to go on from the newest checkpoint where there is one. */
  JobArguments resumed() {
    Map<String, String> more = new HashMap<>(options);
    more.put("resume", "true");
    return new JobArguments(kafka, more);
  }
}
