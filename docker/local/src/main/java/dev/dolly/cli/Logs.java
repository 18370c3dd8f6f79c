package dev.dolly.cli;

import java.nio.file.Path;

/** Where log lines go. To be said before the first logger is made. */
final class Logs {
  private static final String FILE = "log4j2.configurationFile";

  private Logs() {}

  /** Nowhere, or with {@code verbose} to standard error. */
  static void toStandardError(boolean verbose) {
    System.setProperty(FILE, Home.system().config("log4j2.xml").toString());
    System.setProperty("dolly.log.console", verbose ? "INFO" : "OFF");
  }

  /** To a file in the directory as well: commands that run a stack. */
  static void toDirectory(Path directory) {
    System.setProperty(FILE, Home.system().config("log4j2-stack.xml").toString());
    System.setProperty("dolly.log.directory", directory.toString());
  }
}
