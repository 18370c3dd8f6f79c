package dev.dolly.training.lineage;

import static dev.dolly.training.options.TrainingOption.BATCH_TOKENS;
import static dev.dolly.training.options.TrainingOption.DEVICES;
import static dev.dolly.training.options.TrainingOption.GRADIENT_ACCUMULATION_STEPS;
import static dev.dolly.training.options.TrainingOption.PER_DEVICE_TRAIN_BATCH_SIZE;
import static dev.dolly.training.options.TrainingOption.THREADS;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.training.options.TrainingOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What makes a run the run it is: the options that its result depends on, what it read, and what it
 * started from. Two runs of one identity make equal bits on one kind of machine.
 *
 * @param options by name, those that matter
 * @param data in the order of partitions
 * @param baseDigest of the input model's directory
 */
public record RunIdentity(
    SortedMap<String, String> options, List<DataRange> data, String baseDigest) {

  /** They say where things lie, or how often something is told or kept. */
  private static final Set<TrainingOption> WITHOUT_EFFECT =
      EnumSet.of(
          TrainingOption.INPUT_MODEL, // its digest counts
          TrainingOption.MODEL_NAME,
          TrainingOption.TOPIC, // what was read counts
          TrainingOption.DATA,
          TrainingOption.OFFSETS,
          TrainingOption.FROM_TIME,
          TrainingOption.UNTIL_TIME,
          TrainingOption.LOCAL_OUTPUT_DIR,
          TrainingOption.DBFS_OUTPUT_DIR,
          TrainingOption.RESUME,
          TrainingOption.SAVE_STEPS,
          TrainingOption.SAVE_TOTAL_LIMIT,
          TrainingOption.METRICS,
          TrainingOption.REPORT,
          TrainingOption.PROMOTE,
          TrainingOption.STRICT,
          TrainingOption.NUM_GPUS, // devices counts
          TrainingOption.DEEPSPEED, // what it says counts
          TrainingOption.PER_DEVICE_EVAL_BATCH_SIZE,
          TrainingOption.LOGGING_STEPS,
          TrainingOption.EVAL_STEPS);

  /** They change a result by rounding only, so a run may be gone on with under others. */
  private static final Set<TrainingOption> ROUNDING_ONLY =
      EnumSet.of(DEVICES, THREADS, PER_DEVICE_TRAIN_BATCH_SIZE, GRADIENT_ACCUMULATION_STEPS);

  public RunIdentity {
    options = new TreeMap<>(options);
    data = List.copyOf(data);
  }

  /**
   * @param resolved all options that have a value, by name
   */
  public static RunIdentity of(
      Map<String, String> resolved, List<DataRange> data, String baseDigest) {
    SortedMap<String, String> options = new TreeMap<>(resolved);
    WITHOUT_EFFECT.forEach(option -> options.remove(option.key()));
    return new RunIdentity(options, data, baseDigest);
  }

  /** 12 hex digits of SHA-256 over all of it. */
  public String runId() {
    StringBuilder text = new StringBuilder();
    options.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    for (DataRange each : data) {
      text.append(each.source()).append('\0').append(each.partition());
      text.append('\0').append(each.from()).append('\0').append(each.to()).append('\n');
    }
    text.append(baseDigest).append('\n');
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Why a run that began as this one cannot go on as the other; empty if it can. Devices and
   * threads may differ, and how a step's records are dealt out to them, not how many they are.
   */
  public List<String> differencesTo(RunIdentity other) {
    List<String> differences = new ArrayList<>();
    Map<String, String> ours = comparable();
    Map<String, String> theirs = other.comparable();
    Set<String> names = new TreeSet<>(ours.keySet());
    names.addAll(theirs.keySet());
    for (String name : names) {
      String was = ours.getOrDefault(name, "not given");
      String is = theirs.getOrDefault(name, "not given");
      if (!was.equals(is)) {
        differences.add(name + " was " + was + " and is " + is);
      }
    }
    if (!data.equals(other.data)) {
      differences.add("the data was " + data + " and is " + other.data);
    }
    if (!baseDigest.equals(other.baseDigest)) {
      differences.add("the input model was " + baseDigest + " and is " + other.baseDigest);
    }
    return differences;
  }

  private Map<String, String> comparable() {
    Map<String, String> map = new TreeMap<>(options);
    if (!map.containsKey(BATCH_TOKENS.key())) {
      map.put("records of a step", Long.toString(recordsOfAStep()));
    }
    ROUNDING_ONLY.forEach(option -> map.remove(option.key()));
    return map;
  }

  private long recordsOfAStep() {
    String devices = options.get(DEVICES.key()); // cpu or cpu:N
    long count =
        devices.indexOf(':') < 0 ? 1 : Long.parseLong(devices.substring(devices.indexOf(':') + 1));
    return count
        * Long.parseLong(options.get(PER_DEVICE_TRAIN_BATCH_SIZE.key()))
        * Long.parseLong(options.get(GRADIENT_ACCUMULATION_STEPS.key()));
  }
}
