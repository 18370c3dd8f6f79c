package dev.dolly.cli;

import dev.dolly.local.DataDirectory;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --data}. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "What the local stack keeps (default: .dolly beside the dolly script).")
  private Path data;

  DataDirectory directory() {
    return new DataDirectory(data == null ? Home.system().data() : data);
  }
}
