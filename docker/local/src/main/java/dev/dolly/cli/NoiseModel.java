package dev.dolly.cli;

import dev.dolly.engine.model.DType;
import dev.dolly.engine.preset.ModelPreset;
import dev.dolly.engine.preset.RandomModel;
import dev.dolly.local.Directories;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The model that stands in where none is named: a small shape with random weights of a fixed seed,
 * written once. All parts work as with a real one, only the words mean nothing.
 */
record NoiseModel(Home home) {
  private static final ModelPreset SHAPE = ModelPreset.DOLLY_MINI_SHAPE;
  private static final DType DTYPE = DType.FLOAT32;
  private static final long SEED = 20230412; // the day of databricks-dolly-15k

  private static final String NAME =
      SHAPE.publishedName() + "-" + DTYPE.configName() + "-seed-" + SEED;

  /** What a directory's name begins with while it is written. */
  private static final String PART = "making-";

  /** Whether a directory of models is more than a part of one. */
  static boolean isWhole(Path directory) {
    return !directory.getFileName().toString().startsWith(PART);
  }

  /**
   * Its directory, beside the script or in {@code models}.
   *
   * @param models where it is made when it is in neither
   */
  Path directory(Terminal terminal, Path models) {
    Path wanted = models.resolve(NAME);
    for (Path there : List.of(home.models().resolve(NAME), wanted)) {
      if (Files.isDirectory(there)) {
        return there;
      }
    }
    terminal.progress("Making it once in " + wanted);
    try {
      Files.createDirectories(models);
      make(models, wanted);
      return wanted;
    } catch (IOException e) {
      throw new CommandException(
          "cannot make a model in "
              + models
              + " ("
              + e
              + "); name one with --model, or for a stack another place with --data",
          e);
    }
  }

  /** Under another name until it is whole: another process may look for it or make it too. */
  private void make(Path models, Path wanted) throws IOException {
    Path part = Files.createTempDirectory(models, PART);
    Thread remove = new Thread(() -> Directories.deleteIfPossible(part), "remove-part");
    Runtime.getRuntime().addShutdownHook(remove); // a signal ends this thread without a word
    try {
      RandomModel.write(
          SHAPE,
          SEED,
          DTYPE,
          part,
          home.config("tokenizers/gpt-neox/tokenizer.json"),
          (written, total) -> {});
      Files.move(part, wanted, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      // somebody else's is the same
    } finally {
      Directories.deleteIfPossible(part);
      try {
        Runtime.getRuntime().removeShutdownHook(remove);
      } catch (IllegalStateException e) {
        // It runs already.
      }
    }
  }
}
