package dev.dolly.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The completed checkpoints that earlier runs left in a directory, as {@code
 * <job>/chk-<number>/_metadata}. Flink writes the metadata last and under its name only when it is
 * whole, so a checkpoint with it is complete, whatever ended the run.
 */
record RetainedCheckpoints(Path directory) {
  private static final Pattern NAME = Pattern.compile("chk-(\\d+)");
  private static final String METADATA = "_metadata";

  private record Checkpoint(Path path, long number, FileTime written) {}

  /**
   * The newest completed checkpoint. A run that restores one counts on from its number, so the
   * highest number is the newest; between equal numbers (a run that was started afresh on old
   * files) the time decides.
   */
  Optional<Path> newest() throws IOException {
    return completed().stream()
        .max(Comparator.comparingLong(Checkpoint::number).thenComparing(Checkpoint::written))
        .map(Checkpoint::path);
  }

  private List<Checkpoint> completed() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory, 3)) {
      return paths
          .filter(path -> path.getFileName().toString().equals(METADATA))
          .map(RetainedCheckpoints::describe)
          .flatMap(Optional::stream)
          .toList();
    }
  }

  private static Optional<Checkpoint> describe(Path metadata) {
    Path checkpoint = metadata.getParent();
    Matcher name = NAME.matcher(checkpoint.getFileName().toString());
    if (!name.matches()) {
      return Optional.empty();
    }
    FileTime written;
    try {
      written = Files.getLastModifiedTime(metadata);
    } catch (IOException e) {
      return Optional.empty(); // gone meanwhile: no candidate
    }
    return Optional.of(new Checkpoint(checkpoint, Long.parseLong(name.group(1)), written));
  }
}
