package dev.dolly.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory with one file for each process that died by its own fault, {@code <pid>.crash}: the
 * JVM's own report where the JVM could write one, else a few words. The inference job tells by them
 * which deaths count against the prompts that were in flight.
 */
public record CrashReports(Path directory) {
  /** Enough to tell of the last deaths; a process that dies every few seconds must fill no disk. */
  private static final int KEPT = 50;

  /** The JVM's option to write its report here. */
  String jvmOption() {
    return "-XX:ErrorFile=" + directory.resolve("%p.crash");
  }

  /** Makes the directory. */
  void prepare() {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The report on a process that has ended by its own fault; written now where the JVM wrote none.
   *
   * @param pid of that process
   * @param started when it started: an older file of that name is another process's
   */
  Path of(long pid, Instant started, Ending ending) {
    Path file = directory.resolve(pid + ".crash");
    try {
      if (!Files.exists(file) || Files.getLastModifiedTime(file).toInstant().isBefore(started)) {
        Files.writeString(
            file,
            "Process %d, started %s, died by %s at %s.%n"
                .formatted(pid, started, ending.cause(), Instant.now()),
            StandardCharsets.UTF_8);
      }
      prune();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void prune() throws IOException {
    record Report(Path file, FileTime written) {}

    List<Report> reports = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".crash")).toList()) {
        reports.add(new Report(file, Files.getLastModifiedTime(file)));
      }
    }
    reports.sort(Comparator.comparing(Report::written).reversed());
    for (Report old : reports.subList(Math.min(KEPT, reports.size()), reports.size())) {
      Files.deleteIfExists(old.file());
    }
  }
}
