package dev.dolly.training.options;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every option of a training run: the command and the job take the same, by these names in lower
 * case with dashes. Those of the Dolly adaptation's trainer keep its names.
 */
public enum TrainingOption {
  INPUT_MODEL(
      "DIR|NAME",
      "EleutherAI/pythia-6.9b",
      "The model to start from: a Hugging Face directory, or a hub's name that is fetched."),
  MODEL_NAME("NAME", "", "Name of the trained model in events (default: the input model's own)."),
  TOPIC("NAME", "dolly-15k", "Dataset topic to train on."),
  DATA("FILE", "", "Train on this file, JSON lines or a JSON array, instead of the topic."),
  OFFSETS(
      "P:FROM-TO,…",
      "",
      "Read these offsets of the topic only, TO exclusive; of partitions not named nothing."),
  FROM_TIME("TIME", "", "Read records from this time on: epoch ms or 2026-01-31T12:00:00Z."),
  UNTIL_TIME("TIME", "", "Read records before this time only."),
  CATEGORY("NAME,…", "", "Train on records of these categories only."),
  LOCAL_OUTPUT_DIR("DIR", "", "Where checkpoints and the final model go. Required."),
  DBFS_OUTPUT_DIR("DIR", "", "Where a second copy of the final model goes."),
  RESUME(null, "false", "Go on from the newest complete checkpoint in local-output-dir."),
  SAVE_STEPS("N", "200", "Save each so many steps, and at the end."),
  SAVE_TOTAL_LIMIT(
      "N", "20", "Keep so many checkpoints: the best, the newest, and all ever promoted."),
  METRICS("FILE", "", "Write one JSON line each logging-steps."),
  REPORT("FILE", "", "Write a chart of the run, an HTML page of its own."),
  PROMOTE(null, "false", "Announce the final checkpoint as promoted, so that it is served."),
  EPOCHS("N", "2", "Passes over the data."),
  MAX_STEPS("N", "", "Stop after so many steps, whatever the epochs."),
  PER_DEVICE_TRAIN_BATCH_SIZE("N", "8", "Records that one device takes in one go."),
  PER_DEVICE_EVAL_BATCH_SIZE("N", "8", "Held-out records that one device takes in one go."),
  GRADIENT_ACCUMULATION_STEPS("N", "1", "Batches whose gradients add up to one step."),
  BATCH_TOKENS("N", "", "Tokens of a step over all devices, instead of records."),
  LENGTH_WINDOW(
      "N", "0", "Make batches of records of like length, out of so many at a time; 0: do not."),
  TEST_SIZE("N|RATIO", "1000", "Records held out for evaluation; 0: none."),
  SEED("N", "42", "Seed of the order and of new weights."),
  NO_SHUFFLE(null, "false", "Keep the records' order."),
  STRICT(null, "false", "Stop at the first bad record."),
  LR("RATE", "1e-5", "Highest learning rate."),
  FINAL_LR("PART", "0", "Part of it that is left at the end."),
  WARMUP_STEPS("N", "0", "Steps over which the rate rises from 0."),
  BETA1("B", "0.9", "AdamW's memory of the gradient."),
  BETA2("B", "0.999", "AdamW's memory of its square."),
  EPSILON("E", "1e-8", "AdamW's epsilon."),
  WEIGHT_DECAY("W", "0", "AdamW's weight decay."),
  DECAY_MATRICES_ONLY(null, "false", "Leave biases and layer norms out of the decay."),
  MAX_GRAD_NORM("NORM", "1.0", "Clip the gradient at this norm; 0: do not."),
  DTYPE("float32|bfloat16", "bfloat16", "What to compute in; masters are float32."),
  DEVICES("cpu:N|gpu:N", "cpu", "What to compute on; cpu:8 are eight logical devices."),
  NUM_GPUS("N", "", "The same as devices gpu:N."),
  THREADS("N", "0", "Threads of all devices together; 0: one a core."),
  DEEPSPEED("FILE", "", "Read stage, precision, clipping and batch sizes from such a file."),
  START_STD("S", "", "Start from random weights N(0, S); the input model needs no weights then."),
  START_PREVIOUS_TOKEN_HEADS(
      null, "false", "Start with heads in the first layer that look at the token before."),
  START_TIE_HEAD(null, "false", "Start with the output head equal to the embedding."),
  KEEP_OPTIMIZER(
      null, "false", "Keep moments and step count of the input model, itself a checkpoint."),
  OUTLIER_Z(
      "Z", "0", "Skip a batch whose loss or gradient norm is so many deviations off; 0: none."),
  OUTLIER_WINDOW("N", "100", "Steps that such a batch is compared with."),
  LOGGING_STEPS("N", "10", "Report each so many steps."),
  EVAL_STEPS("N", "50", "Evaluate each so many steps, and at the end.");

  private final String parameter;
  private final String otherwise;
  private final String description;

  /**
   * @param parameter what its value is, for people; null: a flag
   * @param otherwise its value where it is not given; empty: none
   */
  TrainingOption(String parameter, String otherwise, String description) {
    this.parameter = parameter;
    this.otherwise = otherwise;
    this.description = description;
  }

  /** As it is written, without dashes before it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public boolean isFlag() {
    return parameter == null;
  }

  /** What its value is, for people; empty for a flag. */
  public Optional<String> parameter() {
    return Optional.ofNullable(parameter);
  }

  /** Its value where it is not given; empty where there is none. */
  public Optional<String> otherwise() {
    return otherwise.isEmpty() ? Optional.empty() : Optional.of(otherwise);
  }

  public String description() {
    return description;
  }

  /** The option of that key. */
  public static Optional<TrainingOption> find(String key) {
    return Arrays.stream(values()).filter(option -> option.key().equals(key)).findFirst();
  }
}
