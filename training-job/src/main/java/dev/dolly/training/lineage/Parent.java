package dev.dolly.training.lineage;

import static java.util.Objects.requireNonNull;

/**
 * The model that a run started from.
 *
 * @param version empty if it has none
 * @param digest hex SHA-256 of its directory
 */
public record Parent(String model, String version, String digest) {
  public Parent {
    requireNonNull(model, "model");
    requireNonNull(version, "version");
    requireNonNull(digest, "digest");
  }
}
