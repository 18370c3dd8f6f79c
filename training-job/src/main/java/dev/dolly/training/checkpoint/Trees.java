package dev.dolly.training.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Directories with all that is in them. */
final class Trees {
  private Trees() {}

  /** Removes one, if it is there. */
  static void delete(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The files in one, by names relative to it with {@code /} between their parts. */
  static Set<String> files(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(Files::isRegularFile)
          .map(
              path ->
                  root.relativize(path)
                      .toString()
                      .replace(path.getFileSystem().getSeparator(), "/"))
          .collect(Collectors.toSet());
    }
  }

  /** Weights of an earlier model would be found before, or beside, those that are copied now. */
  static void deleteModelFilesOtherThan(Path directory, Set<String> names) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> stale =
          entries
              .filter(
                  path -> {
                    String name = path.getFileName().toString();
                    return (name.startsWith("model") || name.startsWith("pytorch_model"))
                        && Files.isRegularFile(path)
                        && !names.contains(name);
                  })
              .toList();
      for (Path path : stale) {
        Files.delete(path);
      }
    }
  }
}
