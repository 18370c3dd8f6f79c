package dev.dolly.cli;

import java.nio.file.Path;

/** The folder of the {@code dolly} script, which {@code config/} and {@code .dolly/} lie in. */
record Home(Path folder) {
  /** As the script says; the working directory without it. */
  static Home system() {
    return new Home(Path.of(System.getProperty("dolly.home", "")).toAbsolutePath());
  }

  Path config(String name) {
    return folder.resolve("config").resolve(name);
  }

  Path data() {
    return folder.resolve(".dolly");
  }

  Path models() {
    return data().resolve("models");
  }
}
