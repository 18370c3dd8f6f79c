package dev.dolly.training.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** Puts the files of a checkpoint into an empty directory. */
@FunctionalInterface
public interface CheckpointWriter {
  void write(Path directory) throws IOException;
}
