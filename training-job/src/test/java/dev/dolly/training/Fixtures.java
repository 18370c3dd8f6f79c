package dev.dolly.training;

import java.nio.file.Path;

/** The engine's small models. */
public final class Fixtures {
  private static final Path ALL =
      Path.of(
          System.getProperty("dolly.repository"),
          "inference-stream/engine/src/test/resources/fixtures");

  private Fixtures() {}

  /** A model directory. */
  public static Path model(String name) {
    return ALL.resolve(name);
  }
}
