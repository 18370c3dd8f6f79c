package dev.dolly.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * Draws what a stack looks like, in lines that an ordinary terminal holds, and remembers of the
 * views before only what a rate needs. Not thread safe.
 */
public final class Picture {
  private static final Duration NOW = Duration.ofSeconds(5);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int BAR = 30;
  private static final int SPARKS = 30;
  private static final String LEVELS = "▁▂▃▄▅▆▇█";
  private static final String NONE = "–";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  private final Rate answers = new Rate();
  private final Rate deadLetters = new Rate();

  /** Takes a view into the rates. */
  public void add(StackView view) {
    view.topics()
        .ifPresent(
            topics -> {
              answers.add(view.at(), topics.answers());
              deadLetters.add(view.at(), topics.deadLetters());
            });
  }

  /** Answers a second, over the last seconds. */
  public double answersNow() {
    return answers.perSecond(NOW);
  }

  /** Answers a second, over the last minute. */
  public double answersLastMinute() {
    return answers.perSecond(MINUTE);
  }

  /** Dead letters a second, over the last minute. */
  public double deadLettersLastMinute() {
    return deadLetters.perSecond(MINUTE);
  }

  /** The lines of a view that was added. */
  public List<String> lines(StackView view) {
    List<String> lines = new ArrayList<>();
    lines.add(head(view));
    topics(lines, view.topics());
    view.job().ifPresent(job -> job(lines, job, view.at()));
    return lines;
  }

  private static String head(StackView view) {
    String model =
        view.topics()
            .flatMap(TopicsView::model)
            .map(ref -> "   model " + ref.getName() + " " + shortened(ref.getVersion()))
            .orElse("");
    String state =
        view.job()
            .map(
                job ->
                    "%s for %s   restarts %d"
                        .formatted(
                            job.state(),
                            clock(
                                Duration.between(Instant.ofEpochMilli(job.startedAt()), view.at())),
                            job.restarts()))
            .orElse("no inference job: Flink is away or starting");
    return TIME.format(view.at()) + "   " + state + model;
  }

  private void topics(List<String> lines, Optional<TopicsView> topics) {
    if (topics.isEmpty()) {
      lines.add("broker       away or starting");
      return;
    }
    lines.add(
        row(
            "answers",
            "%.1f/s now   %.1f/s last minute   %s"
                .formatted(answersNow(), answersLastMinute(), sparkline(answers.parts(SPARKS)))));
    lines.add(row("dead letters", "%.2f/s last minute".formatted(deadLettersLastMinute())));
    lines.add(
        row(
            "waiting",
            "%,d prompts before the job, %,d before ingest"
                .formatted(topics.get().waiting(), topics.get().raw())));
  }

  private static void job(List<String> lines, JobView job, Instant now) {
    OperatorMetrics m = job.metrics();
    lines.add(
        row(
            "requests",
            "%s in flight   %s queued   %s running"
                .formatted(
                    whole(m.sum("requestsInFlight")),
                    whole(m.sum("requestsWaiting")),
                    whole(m.sum("requestsRunning")))));
    lines.add(row("batch", filled(m.sum("batchSize"), m.sum("batchCapacity"), "sequences")));
    lines.add(row("KV cache", filled(m.sum("kvCacheTokens"), m.sum("kvCacheCapacity"), "tokens")));
    lines.add(
        row(
            "tokens",
            "%s/s decoded   %s/s prefilled   %s generated   %s resumed"
                .formatted(
                    whole(m.sum("decodeTokensPerSecond")),
                    whole(m.sum("prefillTokensPerSecond")),
                    whole(m.sum("generatedTokens")),
                    whole(m.sum("resumedTokens")))));
    lines.add(row("in the queue", quantiles(m, "queueTime")));
    lines.add(row("first token", quantiles(m, "timeToFirstToken")));
    lines.add(row("each token", quantiles(m, "timeBetweenTokens")));
    Map<String, Double> errors = m.byLabel("code", "deadLetters");
    String codes =
        errors.entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .map(entry -> entry.getKey() + " " + Math.round(entry.getValue()))
            .collect(Collectors.joining(", "));
    lines.add(row("errors", codes.isEmpty() ? "none" : codes));
    lines.add(row("checkpoint", checkpoint(job, now)));
    lines.add(
        row(
            "memory",
            m.max("residentBytes").isPresent()
                ? "%,.0f MiB   %s native tensors   model loads %s"
                    .formatted(
                        m.max("residentBytes").getAsDouble() / (1 << 20),
                        whole(m.sum("nativeTensors")),
                        whole(m.sum("modelLoads")))
                : NONE));
  }

  private static String checkpoint(JobView job, Instant now) {
    String last =
        job.lastCheckpoint()
            .map(
                done ->
                    "%d ms, %s ago"
                        .formatted(
                            done.millis(),
                            clock(
                                Duration.between(
                                    Instant.ofEpochMilli(done.triggeredAt() + done.millis()),
                                    now))))
            .orElse("none yet");
    OptionalDouble timeout = job.metrics().max("transactionTimeout");
    return last
        + (timeout.isPresent()
            ? " (answers are lost after "
                + clock(Duration.ofMillis(Math.round(timeout.getAsDouble())))
                + ")"
            : "")
        + "   %d complete, %d failed"
            .formatted(job.checkpointsCompleted(), job.checkpointsFailed());
  }

  private static String quantiles(OperatorMetrics m, String name) {
    return "p50 %s ms   p95 %s ms   p99 %s ms"
        .formatted(
            fraction(m.max(name + "_median")),
            fraction(m.max(name + "_p95")),
            fraction(m.max(name + "_p99")));
  }

  private static String filled(OptionalDouble value, OptionalDouble of, String what) {
    if (value.isEmpty() || of.isEmpty() || of.getAsDouble() <= 0) {
      return whole(value) + " " + what;
    }
    double share = Math.min(1, value.getAsDouble() / of.getAsDouble());
    int full = (int) Math.round(share * BAR);
    return "█".repeat(full)
        + "░".repeat(BAR - full)
        + " %3.0f %%   %s of %s %s".formatted(100 * share, whole(value), whole(of), what);
  }

  private static String sparkline(List<Double> values) {
    double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    return values.stream()
        .map(
            value ->
                LEVELS.charAt(
                    most <= 0
                        ? 0
                        : (int) Math.round(Math.max(0, value) / most * (LEVELS.length() - 1))))
        .map(String::valueOf)
        .collect(Collectors.joining());
  }

  private static String row(String name, String text) {
    return "%-12s %s".formatted(name, text);
  }

  private static String whole(OptionalDouble value) {
    return value.isPresent() ? "%,.0f".formatted(value.getAsDouble()) : NONE;
  }

  private static String fraction(OptionalDouble value) {
    return value.isPresent() ? "%,.0f".formatted(value.getAsDouble()) : NONE;
  }

  /** A digest says enough with its beginning. */
  private static String shortened(String version) {
    return version.length() > 20 ? version.substring(0, 12) : version;
  }

  private static String clock(Duration time) {
    Duration t = time.isNegative() ? Duration.ZERO : time;
    return t.toMinutes() == 0
        ? "%.1f s".formatted(t.toMillis() / 1000.0)
        : "%d:%02d:%02d".formatted(t.toHours(), t.toMinutesPart(), t.toSecondsPart());
  }
}
