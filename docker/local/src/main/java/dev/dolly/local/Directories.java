package dev.dolly.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole directory trees. */
public final class Directories {
  private Directories() {}

  /**
   * Removes as much as it can.
   *
   * @return whether nothing is left
   */
  public static boolean deleteIfPossible(Path directory) {
    try {
      delete(directory);
      return true;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /** Removes a directory with all it holds; nothing happens when it is not there. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(directory)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
