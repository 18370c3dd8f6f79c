package dev.dolly.cli;

import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.ModelVersion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dolly models promote}. */
@Command(
    name = "promote",
    description = {
      "Announces that a version is to be served from now on. The streaming jobs of that model load it"
          + " while they go on, and switch; running answers finish on the old version.",
      "What cannot be served becomes a dead letter, and the old version goes on."
    })
final class ModelsPromoteCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "VERSION", description = "As `dolly models list` shows it.")
  private String version;

  @Option(
      names = "--although-rejected",
      description = "Promote it even if the gate, or somebody, has rejected it.")
  private boolean althoughRejected;

  @Mixin private Promotions promotions;

  ModelsPromoteCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Cluster target = promotions.cluster();
    ModelHistory model =
        promotions.model(
            target, "a version " + version, history -> history.version(version).isPresent());
    ModelVersion known = model.version(version).orElseThrow();
    if (known.status() == CheckpointStatus.REJECTED && !althoughRejected) {
      throw new CommandException(
          "%s of %s was rejected: %s; --although-rejected promotes it all the same"
              .formatted(version, model.model(), known.latest().event().getReason()));
    }
    Promotions.send(
        target,
        model.promotion(version, promotions.reason("promoted by hand"), System.currentTimeMillis()),
        terminal);
    return 0;
  }
}
