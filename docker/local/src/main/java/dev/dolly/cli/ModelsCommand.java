package dev.dolly.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly models}. */
@Command(
    name = "models",
    description = {
      "Models: list, pull, make, quantise, check and verify directories, promote a version of a model that is being"
          + " served, or roll back."
    })
final class ModelsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "models needs a command: check, list, make, promote, pull, quantise, rollback or verify");
  }
}
