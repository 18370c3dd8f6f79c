package dev.dolly.inference.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadMarksTest {
  private static final String PROMOTION = "17-0123abcd";

  @TempDir private Path directory;

  /** The n-th process, which began at n seconds. */
  private LoadMarks process(long n) {
    return LoadMarks.in(directory, new MarkedProcess(n, n * 1000), 0);
  }

  private Path evidence(long pid, long at) throws IOException {
    Path file = Files.writeString(directory.resolve(pid + ".crash"), "");
    return Files.setLastModifiedTime(file, FileTime.fromMillis(at));
  }

  @Test
  void oneDeathByItsOwnFaultIsHeldAgainstWhatTheProcessLoaded() throws Exception {
    process(1).begins(PROMOTION);
    assertThat(process(1).death(PROMOTION)).as("the task failed, not the process").isEmpty();
    assertThat(process(2).death(PROMOTION)).as("killed from outside").isEmpty();
    evidence(1, 999);
    assertThat(process(2).death(PROMOTION)).as("another process's death").isEmpty();
    Path report = evidence(1, 1000);
    assertThat(process(2).death(PROMOTION)).contains(report.toRealPath());
    assertThat(process(2).death("1" + PROMOTION)).as("another promotion").isEmpty();
    assertThat(process(3).death(PROMOTION)).as("also the next time").isPresent();
  }

  @Test
  void nothingIsHeldAgainstWhatWasLoadedOrRefused() throws Exception {
    LoadMarks marks = process(1);
    marks.begins(PROMOTION);
    marks.ended(PROMOTION);
    marks.ended(PROMOTION);
    evidence(1, 1500);
    assertThat(process(2).death(PROMOTION)).isEmpty();
  }

  @Test
  void withoutFilesNothingIsSuspected() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    for (LoadMarks marks : new LoadMarks[] {LoadMarks.in(file, 0), LoadMarks.off()}) {
      marks.begins(PROMOTION);
      assertThat(marks.death(PROMOTION)).isEmpty();
      marks.ended(PROMOTION);
    }
  }
}
