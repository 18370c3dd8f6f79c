package dev.dolly.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly schemas}. */
@Command(name = "schemas", description = "The Avro schemas in the registry: register, check.")
final class SchemasCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "schemas needs a command: register or check");
  }
}
