package dev.dolly.cli;

import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly models rollback}. */
@Command(
    name = "rollback",
    description = {
      "Announces that the version before the current one is to be served again; another rollback goes"
          + " to the one before that."
    })
final class ModelsRollbackCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private Promotions promotions;

  ModelsRollbackCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Cluster target = promotions.cluster();
    ModelHistory model =
        promotions.model(
            target,
            "a version to go back to: one that was promoted before the current one",
            history -> history.previous().isPresent());
    RecordedEvent previous = model.previous().orElseThrow();
    String reason = "rollback from " + model.current().orElseThrow().version();
    Promotions.send(
        target,
        model.promotion(previous.version(), promotions.reason(reason), System.currentTimeMillis()),
        terminal);
    return 0;
  }
}
