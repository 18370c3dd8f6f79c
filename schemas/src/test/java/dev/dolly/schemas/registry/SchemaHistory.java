package dev.dolly.schemas.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * The versions of each subject that were ever given out: {@code SUBJECT/v1.avsc} and on, each
 * self-contained. A file, once released, stays as it is.
 */
record SchemaHistory(Path directory) {

  /** All versions of a subject, oldest first; none if it has no directory. */
  List<Schema> versions(String subject) {
    List<Schema> versions = new ArrayList<>();
    for (Path file = file(subject, 1);
        Files.exists(file);
        file = file(subject, versions.size() + 1)) {
      try {
        versions.add(new Schema.Parser().parse(Files.readString(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return versions;
  }

  /** Where a version of a subject lies. */
  Path file(String subject, int version) {
    return directory.resolve(subject).resolve("v" + version + ".avsc");
  }

  /** Every file below the directory. */
  List<Path> files() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What is wrong with the current schema of a subject, given what was given out before.
   *
   * @param offered file that holds the current schema, ready to be copied
   */
  List<String> problems(String subject, Schema current, Path offered) {
    List<Schema> versions = versions(subject);
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < versions.size(); i++) {
      String version = subject + " v" + (i + 1) + ": ";
      SchemaCompatibilityCheck.problems(versions.get(i), current)
          .forEach(problem -> problems.add(version + problem));
    }
    boolean added =
        !versions.isEmpty()
            && versions.get(versions.size() - 1).toString().equals(current.toString());
    if (!added) {
      problems.add(
          subject
              + ": the schema differs from the newest version of its history. If the change is meant"
              + " and compatible, add it as a new version and commit it:\n  mkdir -p "
              + directory.resolve(subject)
              + " && cp "
              + offered
              + " "
              + file(subject, versions.size() + 1));
    }
    return problems;
  }
}
