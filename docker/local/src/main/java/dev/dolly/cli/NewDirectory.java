package dev.dolly.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A directory that a command fills. */
final class NewDirectory {
  private NewDirectory() {}

  /**
   * @throws CommandException where something is there already
   */
  static void require(Path directory) throws IOException {
    if (Files.isDirectory(directory) && !names(directory).isEmpty()) {
      throw new CommandException(directory + " is not empty; name another one with --out");
    }
  }

  /** The names of what it holds. */
  static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
