package dev.dolly.training.checkpoint;

import dev.dolly.engine.model.Manifest;
import java.nio.file.Path;

/**
 * A complete checkpoint.
 *
 * @param path its directory
 * @param step optimizer steps done
 * @param manifest as it lies there
 */
public record SavedCheckpoint(Path path, long step, Manifest manifest) {}
