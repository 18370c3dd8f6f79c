package dev.dolly.schemas.dataset;

import dev.dolly.schemas.prompt.Rejection;

/** What stands in a dataset file at one place. */
public sealed interface DatasetEntry {
  /** Lines of the file before the one that it begins at. */
  long line();

  /** Its JSON as it stands there; nobody changes it. */
  byte[] bytes();

  /** A record. */
  record Found(long line, byte[] bytes, String id, InstructionText text) implements DatasetEntry {}

  /** Something that is none. */
  record Broken(long line, byte[] bytes, Rejection reason) implements DatasetEntry {
    /** What is wrong and where, in one line, with the file's name. */
    public String in(String file) {
      return "%s, line %d: %s: %s".formatted(file, line + 1, reason.code(), reason.message());
    }
  }
}
