package dev.dolly.schemas.checkpoint;

import dev.dolly.schemas.avro.ErrorCode;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * The directories under which checkpoints are opened. Whoever can write to the topic names
 * checkpoints, so nothing else is.
 *
 * @param directories none: nothing is opened
 */
public record CheckpointPrefixes(List<CheckpointUri> directories) implements Serializable {
  private static final long serialVersionUID = 1L;

  public CheckpointPrefixes {
    directories = List.copyOf(directories);
  }

  /**
   * Reads URIs or paths with commas between them.
   *
   * @throws IllegalArgumentException one line that names the first which is none
   */
  public static CheckpointPrefixes parse(String text) {
    return new CheckpointPrefixes(
        Arrays.stream(text.split(","))
            .map(String::strip)
            .filter(prefix -> !prefix.isEmpty())
            .map(CheckpointUri::parse)
            .toList());
  }

  /**
   * Makes sure that a checkpoint lies under one of them.
   *
   * @param uri as an event names it
   * @param setting what names the prefixes, for the message
   */
  public CheckpointUri require(String uri, String setting) throws RefusedCheckpointException {
    CheckpointUri checkpoint;
    try {
      checkpoint = CheckpointUri.parse(uri);
    } catch (IllegalArgumentException e) {
      throw new RefusedCheckpointException(ErrorCode.CHECKPOINT_MISSING, e.getMessage(), e);
    }
    if (directories.stream().noneMatch(directory -> directory.holds(checkpoint))) {
      throw new RefusedCheckpointException(
          ErrorCode.CHECKPOINT_MISSING,
          "%s is not opened: it lies under none of %s, which %s names"
              .formatted(uri, directories, setting));
    }
    return checkpoint;
  }
}
