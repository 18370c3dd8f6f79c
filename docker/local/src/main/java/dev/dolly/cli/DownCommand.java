package dev.dolly.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolly down}. */
@Command(
    name = "down",
    description = {
      "Stops the local stack that runs on the data directory and waits until it has ended.",
      "What it holds stays, unanswered prompts too: the next `dolly up` goes on with it."
    })
final class DownCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private DataOption data;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long it may take (default: 1m).")
  private Duration timeout = Duration.ofMinutes(1);

  DownCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<ProcessHandle> stack = data.directory().runningStack();
    if (stack.isEmpty()) {
      terminal.progress("no stack runs on " + data.directory().root());
      return 0;
    }
    ProcessHandle process = stack.get();
    process.destroy();
    try {
      process.onExit().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new CommandException(
          "process %d of the stack on %s did not end within %d s; its log is in %s"
              .formatted(
                  process.pid(),
                  data.directory().root(),
                  timeout.toSeconds(),
                  data.directory().logs()),
          e);
    }
    terminal.progress("stopped the stack on " + data.directory().root());
    return 0;
  }
}
