package dev.dolly.cli;

import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelPreset;
import dev.dolly.engine.model.RandomModel;
import dev.dolly.local.Directories;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The model that stands in where none is named: a small shape with random weights of a fixed seed,
 * written once. All parts work as with a real one, only the words mean nothing.
 */
record NoiseModel(Home home) {
  private static final ModelPreset SHAPE = ModelPreset.DOLLY_MINI_SHAPE;
  private static final DType DTYPE = DType.FLOAT32;
  private static final long SEED = 20230412; // the day of databricks-dolly-15k

  /** Its directory; made when missing. */
  Path directory(Terminal terminal) {
    Path models = home.data().resolve("models");
    Path wanted =
        models.resolve(SHAPE.publishedName() + "-" + DTYPE.configName() + "-seed-" + SEED);
    if (Files.isDirectory(wanted)) {
      return wanted;
    }
    terminal.progress("Making it once in " + wanted);
    try {
      Files.createDirectories(models);
      // Under another name until it is whole: another process may look for it or make it too.
      Path part = Files.createTempDirectory(models, "making-");
      RandomModel.write(
          SHAPE,
          SEED,
          DTYPE,
          part,
          home.config("tokenizers/gpt-neox/tokenizer.json"),
          (written, total) -> {});
      moveUnlessThere(part, wanted);
      return wanted;
    } catch (IOException e) {
      throw new CommandException("cannot make a model in " + models + ": " + e, e);
    }
  }

  private static void moveUnlessThere(Path part, Path wanted) throws IOException {
    try {
      Files.move(part, wanted, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      Directories.delete(part); // somebody else's is the same
    }
  }
}
