package dev.dolly.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly bench}. */
@Command(name = "bench", description = "Benchmarks: decode, eval, ingest, swap, train.")
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "bench needs a command: decode, eval, ingest, swap or train");
  }
}
