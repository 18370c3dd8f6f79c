package dev.dolly.training.options;

import static dev.dolly.training.options.TrainingOption.*;

import dev.dolly.engine.example.TestSize;
import dev.dolly.engine.model.DType;
import dev.dolly.training.optimizer.OptimizerSettings;
import dev.dolly.training.order.BatchSize;
import dev.dolly.training.order.OrderSettings;
import dev.dolly.training.zero.StartValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts → {@link TrainingOptions}. Used once. */
final class OptionsReader {
  private static final List<DType> COMPUTED = List.of(DType.FLOAT32, DType.BFLOAT16);

  private static final Pattern HUB_NAME = Pattern.compile("[\\w.-]+/[\\w.-]+");

  private final GivenOptions given;

  OptionsReader(Map<String, String> texts) {
    this.given = new GivenOptions(texts);
  }

  TrainingOptions read() {
    given.text(DEEPSPEED).ifPresent(file -> DeepSpeedFile.apply(Path.of(file), given));
    given.text(NUM_GPUS).ifPresent(n -> given.supply(DEVICES, "gpu:" + n, NUM_GPUS.key()));
    TrainingOptions options = options();
    contradictions();
    if (!given.problems().isEmpty()) {
      throw new InvalidOptionsException(given.problems());
    }
    return options;
  }

  private TrainingOptions options() {
    Path model = inputModel();
    Devices devices =
        given
            .value(DEVICES, "cpu or cpu:N (the PyTorch library here has no GPUs)", Devices::parse)
            .orElse(Devices.parse("cpu"));
    int perDevice = given.count(PER_DEVICE_TRAIN_BATCH_SIZE, 1);
    int accumulation = given.count(GRADIENT_ACCUMULATION_STEPS, 1);
    return new TrainingOptions(
        model,
        given.text(MODEL_NAME).orElse(lastName(model)),
        data(),
        output(),
        start(),
        given.flag(KEEP_OPTIMIZER),
        given.count(EPOCHS, 1),
        given
            .whole(MAX_STEPS, 1, Integer.MAX_VALUE)
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty()),
        rate(),
        optimizer(),
        given.value(DTYPE, "float32 or bfloat16", OptionsReader::dtype).orElse(DType.BFLOAT16),
        devices,
        given.count(THREADS, 0),
        perDevice,
        given.count(PER_DEVICE_EVAL_BATCH_SIZE, 1),
        accumulation,
        order((long) perDevice * accumulation * devices.count()),
        new GuardOptions(atLeastZero(OUTLIER_Z), given.count(OUTLIER_WINDOW, 10)),
        given.flag(STRICT),
        given.flag(PROMOTE),
        given.count(LOGGING_STEPS, 1),
        given.count(EVAL_STEPS, 1),
        resolved());
  }

  private Path inputModel() {
    String text = given.text(INPUT_MODEL).orElseThrow();
    if (!Files.isDirectory(Path.of(text)) && !HUB_NAME.matcher(text).matches()) {
      given.problem(INPUT_MODEL.key() + " " + text + " is no directory, nor a hub's OWNER/NAME");
    }
    return Path.of(text);
  }

  private OutputOptions output() {
    Optional<Path> directory = path(LOCAL_OUTPUT_DIR);
    if (directory.isEmpty()) {
      given.problem(LOCAL_OUTPUT_DIR.key() + " is missing: where checkpoints go");
    }
    return new OutputOptions(
        directory.orElse(Path.of("")),
        path(DBFS_OUTPUT_DIR),
        given.count(SAVE_STEPS, 1),
        given.count(SAVE_TOTAL_LIMIT, 1),
        given.flag(RESUME),
        path(METRICS),
        path(REPORT));
  }

  private DataSelection data() {
    Set<String> categories =
        given
            .text(CATEGORY)
            .map(text -> Arrays.stream(text.split(",")).map(String::strip))
            .map(names -> names.filter(name -> !name.isEmpty()).collect(Collectors.toSet()))
            .orElse(Set.of());
    Optional<Path> file = path(DATA);
    if (file.isPresent()) {
      if (!Files.isRegularFile(file.get())) {
        given.problem(DATA.key() + " " + file.get() + " is no file");
      }
      return new DataSelection.File(file.get(), categories);
    }
    SortedMap<Integer, DataSelection.OffsetRange> offsets =
        given
            .value(OFFSETS, "like 0:100-200,1:0-50", DataSelection::parseOffsets)
            .orElse(new TreeMap<>());
    return new DataSelection.Topic(
        given.text(TOPIC).orElseThrow(), offsets, time(FROM_TIME), time(UNTIL_TIME), categories);
  }

  private Optional<Instant> time(TrainingOption option) {
    return given.value(
        option,
        "epoch milliseconds or a time such as 2026-01-31T12:00:00Z",
        text -> {
          try {
            return text.matches("\\d{1,18}")
                ? Instant.ofEpochMilli(Long.parseLong(text))
                : Instant.parse(text);
          } catch (DateTimeException e) {
            throw new IllegalArgumentException(e);
          }
        });
  }

  private Optional<StartValues> start() {
    if (given.text(START_STD).isEmpty()) {
      for (TrainingOption option : List.of(START_PREVIOUS_TOKEN_HEADS, START_TIE_HEAD)) {
        if (given.flag(option)) {
          given.problem(option.key() + " is for random weights: give " + START_STD.key() + " too");
        }
      }
      return Optional.empty();
    }
    if (given.flag(KEEP_OPTIMIZER)) {
      given.problem(KEEP_OPTIMIZER.key() + " and " + START_STD.key() + " contradict each other");
    }
    return Optional.of(
        new StartValues(
            given.value(START_STD, "above 0 and below 10", OptionsReader::deviation).orElse(1.0),
            given.flag(START_PREVIOUS_TOKEN_HEADS),
            given.flag(START_TIE_HEAD)));
  }

  private RateOptions rate() {
    return new RateOptions(
        given.number(LR, "above 0", rate -> rate > 0 && rate < 1e3),
        given.number(FINAL_LR, "a part from 0 to 1", part -> part >= 0 && part <= 1),
        given.count(WARMUP_STEPS, 0));
  }

  private OptimizerSettings optimizer() {
    return new OptimizerSettings(
        given.number(BETA1, "0 or more and below 1", b -> b >= 0 && b < 1),
        given.number(BETA2, "0 or more and below 1", b -> b >= 0 && b < 1),
        given.number(EPSILON, "above 0", e -> e > 0 && e < 1),
        atLeastZero(WEIGHT_DECAY),
        given.flag(DECAY_MATRICES_ONLY),
        atLeastZero(MAX_GRAD_NORM));
  }

  private double atLeastZero(TrainingOption option) {
    return given.number(option, "0 or more", x -> x >= 0 && x < Double.POSITIVE_INFINITY);
  }

  private OrderSettings order(long examples) {
    if (examples > Integer.MAX_VALUE) {
      given.problem("a step of " + examples + " records is more than can be counted");
    }
    BatchSize batch =
        given
            .whole(BATCH_TOKENS, 1, Integer.MAX_VALUE)
            .map(tokens -> (BatchSize) new BatchSize.Tokens(tokens.intValue()))
            .orElse(new BatchSize.Examples((int) Math.min(Integer.MAX_VALUE, examples)));
    boolean shuffle = !given.flag(NO_SHUFFLE);
    int window = given.count(LENGTH_WINDOW, 0);
    if (!shuffle && window > 0) {
      given.problem(LENGTH_WINDOW.key() + " moves records, which " + NO_SHUFFLE.key() + " forbids");
    }
    return new OrderSettings(
        given.whole(SEED, Long.MIN_VALUE, Long.MAX_VALUE).orElse(0L),
        shuffle,
        given.value(TEST_SIZE, "a count, or a ratio below 1", TestSize::parse).orElseThrow(),
        batch,
        shuffle ? window : 0);
  }

  private void contradictions() {
    for (TrainingOption option : List.of(TOPIC, OFFSETS, FROM_TIME, UNTIL_TIME)) {
      both(DATA, option, "the one is a file, the other of a topic");
    }
    for (TrainingOption option : List.of(FROM_TIME, UNTIL_TIME)) {
      both(OFFSETS, option, "bound the topic in one way");
    }
    both(BATCH_TOKENS, PER_DEVICE_TRAIN_BATCH_SIZE, "a step is counted in one way");
  }

  private void both(TrainingOption one, TrainingOption other, String why) {
    if (given.isGiven(one) && given.isGiven(other)) {
      given.problem(one.key() + " and " + other.key() + " contradict each other: " + why);
    }
  }

  private SortedMap<String, String> resolved() {
    SortedMap<String, String> all = new TreeMap<>();
    for (TrainingOption option : TrainingOption.values()) {
      given.text(option).ifPresent(text -> all.put(option.key(), text));
    }
    return all;
  }

  private Optional<Path> path(TrainingOption option) {
    return given.value(option, "a path", Path::of);
  }

  private static double deviation(String text) {
    double deviation = Double.parseDouble(text);
    if (!(deviation > 0 && deviation < 10)) {
      throw new IllegalArgumentException(text);
    }
    return deviation;
  }

  private static DType dtype(String text) {
    return DType.ofConfig(text)
        .filter(COMPUTED::contains)
        .orElseThrow(() -> new IllegalArgumentException(text));
  }

  private static String lastName(Path directory) {
    Path name = directory.toAbsolutePath().normalize().getFileName();
    return name == null ? "" : name.toString();
  }
}
