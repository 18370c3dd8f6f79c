package dev.dolly.inference;

import static dev.dolly.inference.InferenceSettings.PREFIX;

import dev.dolly.engine.Devices;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.DType;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import javax.annotation.Nullable;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/** Turns keys and values into {@link InferenceSettings}. Used once. */
final class SettingsReader {
  private static final String KAFKA = PREFIX + "kafka.";

  private final Map<String, String> left;
  private final List<String> problems = new ArrayList<>();

  SettingsReader(Map<String, String> values) {
    left = new TreeMap<>(values);
  }

  InferenceSettings read() {
    InferenceSettings settings = null;
    try {
      settings = settings();
    } catch (InvalidSettingsException e) {
      problems.addAll(e.problems());
    }
    left.keySet().forEach(key -> problems.add(key + " is not a setting of this job"));
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
    return settings;
  }

  /** A value that cannot be read counts as not given here, so that the rules on others speak. */
  private InferenceSettings settings() {
    BatchSettings batch = BatchSettings.defaults();
    String directory = text("model-directory", "");
    return new InferenceSettings(
        text("bootstrap-servers", ""),
        text("schema-registry", ""),
        directory,
        text("model-name", lastName(directory)),
        text("model-version", null),
        value(
            "checkpoint-prefixes",
            new CheckpointPrefixes(List.of()),
            "URIs of directories with commas between them",
            CheckpointPrefixes::parse),
        value("dtype", null, "float32, bfloat16 or int8", SettingsReader::dtype),
        integer("threads", 0),
        value("devices", Devices.ONE, "cpu or cpu:N", Devices::parse),
        integer("parallelism", 1),
        integer("max-batch", batch.maxBatch()),
        integer("queue", 32),
        integer("prefill-chunk", batch.prefillChunk()),
        value("cache-size", batch.cacheBytes(), "a size such as 2 gb", SettingsReader::bytes),
        deterministic(),
        duration("chunk-interval", Duration.ofMillis(200)),
        text("group-id", InferenceSettings.DEFAULT_GROUP_ID),
        text("transactional-id-prefix", "dolly-inference"),
        duration("transaction-timeout", Duration.ofHours(1)),
        duration("checkpoint-interval", Duration.ofSeconds(1)),
        value(
            "starting-offsets",
            StartingOffsets.EARLIEST,
            "earliest or latest",
            text -> StartingOffsets.valueOf(text.toUpperCase(Locale.ROOT))),
        value("bounded", false, "true or false", SettingsReader::bool),
        text("crash-directory", null),
        value(
            "lost-answers",
            LostAnswers.STOP,
            "stop or accept",
            text -> LostAnswers.valueOf(text.toUpperCase(Locale.ROOT))),
        kafka());
  }

  /** A setting of the engine and not of the job around it, so it goes by the engine's name. */
  private boolean deterministic() {
    return named(InferenceSettings.DETERMINISTIC, false, "true or false", SettingsReader::bool);
  }

  private Map<String, String> kafka() {
    Map<String, String> kafka = new HashMap<>();
    left.forEach(
        (key, value) -> {
          if (key.startsWith(KAFKA)) {
            kafka.put(key.substring(KAFKA.length()), value);
          }
        });
    left.keySet().removeIf(key -> key.startsWith(KAFKA));
    return kafka;
  }

  private String text(String key, @Nullable String otherwise) {
    return value(key, otherwise, "a text", Function.identity());
  }

  private int integer(String key, int otherwise) {
    return value(key, otherwise, "a whole number", Integer::parseInt);
  }

  private Duration duration(String key, Duration otherwise) {
    return value(key, otherwise, "a time such as 200 ms", TimeUtils::parseDuration);
  }

  private <V> V value(String key, @Nullable V otherwise, String kind, Function<String, V> parse) {
    return named(PREFIX + key, otherwise, kind, parse);
  }

  /**
   * @param parse throws {@link IllegalArgumentException} for what it cannot read
   */
  private <V> V named(String key, @Nullable V otherwise, String kind, Function<String, V> parse) {
    String text = left.remove(key);
    if (text == null) {
      return otherwise;
    }
    try {
      return parse.apply(text.strip());
    } catch (IllegalArgumentException e) {
      problems.add(key + " must be " + kind + ": " + text);
      return otherwise;
    }
  }

  private static long bytes(String text) {
    return MemorySize.parse(text).getBytes();
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static DType dtype(String text) {
    return DType.ofConfig(text)
        .filter(type -> type != DType.FLOAT16) // no kernels for it on a CPU
        .orElseThrow(() -> new IllegalArgumentException(text));
  }

  private static String lastName(String directory) {
    Path name = Path.of(directory).normalize().getFileName();
    return name == null ? "" : name.toString();
  }
}
