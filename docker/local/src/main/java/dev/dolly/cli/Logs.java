package dev.dolly.cli;

import java.nio.file.Path;

/**
 * Where log lines go: the properties that {@code config/log4j2.xml} reads. To be set before the
 * first logger is made.
 */
final class Logs {
  private Logs() {}

  /** Errors alone on standard error; with {@code verbose} warnings too. */
  static void toStandardError(boolean verbose) {
    System.setProperty("dolly.log.console", verbose ? "INFO" : "OFF");
  }

  /** To a file of the directory as well: commands that run a stack. */
  static void toDirectory(Path directory) {
    System.setProperty("dolly.log.level", "INFO");
    System.setProperty("dolly.log.directory", directory.toString());
  }
}
