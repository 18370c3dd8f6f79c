package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.ingest.IngestSettings;
import dev.dolly.json.Json;
import dev.dolly.local.StackAddress;
import dev.dolly.watch.Picture;
import dev.dolly.watch.StackView;
import dev.dolly.watch.StackWatch;
import dev.dolly.watch.WatchedStack;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly top}. */
@Command(
    name = "top",
    description = {
      "Shows a running stack as it works: throughput, requests, batch, cache, latencies, errors and"
          + " checkpoints, drawn anew each second until Ctrl-C.",
      "It reads Flink's REST interface and the topics, and changes nothing."
    })
final class TopCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description = "Flink's REST interface (default: the local stack's).")
  private String flink;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Time between two pictures (default: 1s).")
  private Duration interval = Duration.ofSeconds(1);

  @Option(names = "--once", description = "Print one picture after one interval, and end.")
  private boolean once;

  @Option(names = "--json", description = "Print one JSON object a line instead of pictures.")
  private boolean json;

  TopCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if ((flink != null) != cluster.namedBrokers().isPresent()) {
      throw new ParameterException(
          command.commandLine(), "--flink and --bootstrap name a stack together");
    }
    if (interval.isZero()) {
      throw new ParameterException(command.commandLine(), "--interval must be above 0");
    }
    if (once) {
      once();
      return 0;
    }
    StopSignal signal = new StopSignal(terminal, 0);
    Screen screen = new Screen(terminal, terminal.interactive() && !json);
    try {
      screen.open();
      watch(screen);
    } catch (InterruptedException e) {
      // Ctrl-C, the ordinary end.
    } finally {
      screen.close();
      signal.close();
    }
    return 0;
  }

  private void once() throws InterruptedException {
    WatchedStack stack = stack().orElseThrow(() -> cluster.noStack("--flink and --bootstrap"));
    try (StackWatch watch = new StackWatch(stack, Clock.systemUTC())) {
      Picture picture = new Picture();
      picture.add(watch.look()); // rates need two
      TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      StackView view = watch.look();
      picture.add(view);
      lines(picture, view).forEach(line -> terminal.out().print(line + "\n"));
      if (view.job().isEmpty() && view.topics().isEmpty()) {
        throw new CommandException(
            "neither Flink at "
                + stack.flink()
                + " nor a broker at "
                + stack.bootstrap()
                + " answers; is the stack up?");
      }
    }
  }

  /** Follows the stack, also when it ends and another one starts in its place. */
  private void watch(Screen screen) throws InterruptedException {
    Picture picture = new Picture();
    Optional<WatchedStack> watched = Optional.empty();
    StackWatch watch = null;
    if (terminal.interactive() && !json) {
      screen.show(List.of("Looking at the stack."));
    }
    try {
      while (!terminal.out().checkError()) {
        long next = System.nanoTime() + interval.toNanos();
        Optional<WatchedStack> stack = stack();
        if (!stack.equals(watched)) {
          if (watch != null) {
            watch.close();
          }
          watch = stack.map(s -> new StackWatch(s, Clock.systemUTC())).orElse(null);
          watched = stack;
        }
        StackView view = watch == null ? StackView.away(Clock.systemUTC().instant()) : watch.look();
        picture.add(view);
        screen.show(
            watch == null && !json
                ? List.of("No stack is ready; waiting for one.")
                : lines(picture, view));
        long left = next - System.nanoTime();
        if (left > 0) {
          TimeUnit.NANOSECONDS.sleep(left);
        }
      }
    } finally {
      if (watch != null) {
        watch.close();
      }
    }
  }

  private List<String> lines(Picture picture, StackView view) {
    return json ? List.of(Json.line(json(picture, view))) : picture.lines(view);
  }

  private Optional<WatchedStack> stack() {
    return cluster
        .namedBrokers()
        .map(brokers -> stack(flink, brokers, cluster.namedRegistry()))
        .or(() -> cluster.localStack().map(TopCommand::stack));
  }

  private static WatchedStack stack(StackAddress address) {
    return stack(address.flink(), address.bootstrap(), Optional.of(address.registry()));
  }

  private static WatchedStack stack(String flink, String bootstrap, Optional<String> registry) {
    return new WatchedStack(
        flink,
        bootstrap,
        registry,
        InferenceJob.NAME,
        InferenceJob.GENERATE,
        InferenceSettings.DEFAULT_GROUP_ID,
        IngestSettings.DEFAULT_APPLICATION_ID);
  }

  private static ObjectNode json(Picture picture, StackView view) {
    ObjectNode json = Json.object().put("at", view.at().toEpochMilli());
    view.job()
        .ifPresent(
            job -> {
              ObjectNode node =
                  json.putObject("job")
                      .put("state", job.state())
                      .put("started_at", job.startedAt())
                      .put("restarts", job.restarts())
                      .put("checkpoints_completed", job.checkpointsCompleted())
                      .put("checkpoints_failed", job.checkpointsFailed());
              job.lastCheckpoint()
                  .ifPresent(
                      last ->
                          node.put("checkpoint_ms", last.millis())
                              .put(
                                  "checkpoint_age_ms",
                                  view.at().toEpochMilli() - last.triggeredAt() - last.millis()));
              ObjectNode metrics = node.putObject("metrics");
              job.metrics().sums().keySet().stream()
                  .sorted()
                  .forEach(name -> job.metrics().sum(name).ifPresent(v -> metrics.put(name, v)));
            });
    view.topics()
        .ifPresent(
            topics -> {
              ObjectNode node =
                  json.putObject("topics")
                      .put("raw_waiting", topics.raw())
                      .put("prompts_waiting", topics.waiting())
                      .put("answers_per_second", picture.answersNow())
                      .put("answers_per_second_last_minute", picture.answersLastMinute())
                      .put("dead_letters_per_second_last_minute", picture.deadLettersLastMinute());
              topics.model().ifPresent(model -> node.set("model", Json.of(model)));
            });
    return json;
  }
}
