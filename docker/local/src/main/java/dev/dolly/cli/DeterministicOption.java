package dev.dolly.cli;

import picocli.CommandLine.Option;

/** {@code --deterministic}. */
final class DeterministicOption {
  @Option(
      names = "--deterministic",
      description = {
        "The same request gives the same bits whatever shares its batch. Every step then costs what"
            + " a full batch costs: name a --max-batch that fits the load."
      })
  private boolean set;

  boolean isSet() {
    return set;
  }
}
