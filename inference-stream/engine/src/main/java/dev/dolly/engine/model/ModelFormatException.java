package dev.dolly.engine.model;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A model directory that cannot be used. The message is one line: the file, what is wrong with it,
 * and what to do where that is known.
 *
 * <p>Unchecked, since nobody between the reader of the file and the command or job that named the
 * directory can do anything about it. Failures to read are reported the same way, with their cause.
 */
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelFormatException(Path file, String problem) {
    super(oneLine(file + ": " + problem));
  }

  public ModelFormatException(Path file, String problem, Throwable cause) {
    super(oneLine(file + ": " + problem), cause);
  }

  /** The file exists or should exist, and the operating system refuses to read it. */
  static ModelFormatException unreadable(Path file, IOException cause) {
    return new ModelFormatException(file, "cannot be read: " + cause, cause);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*\\R\\s*", " ");
  }
}
