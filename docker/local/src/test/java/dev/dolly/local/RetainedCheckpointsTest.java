package dev.dolly.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetainedCheckpointsTest {
  @TempDir private Path directory;

  @Test
  void aNewDirectoryHasNone() throws IOException {
    assertThat(new RetainedCheckpoints(directory.resolve("none")).newest()).isEmpty();
    assertThat(new RetainedCheckpoints(directory).newest()).isEmpty();
  }

  @Test
  void theHighestNumberOfAnyJobIsTheNewest() throws IOException {
    checkpoint("old", 9, 2000);
    Path newest = checkpoint("new", 10, 1000);
    assertThat(new RetainedCheckpoints(directory).newest()).contains(newest);
  }

  @Test
  void oneThatWasNotCompletedDoesNotCount() throws IOException {
    Path complete = checkpoint("job", 3, 1000);
    Files.createDirectories(directory.resolve("job/chk-4"));
    Files.createDirectories(directory.resolve("job/shared"));
    assertThat(new RetainedCheckpoints(directory).newest()).contains(complete);
  }

  @Test
  void betweenEqualNumbersTheTimeDecides() throws IOException {
    checkpoint("before", 3, 1000);
    Path later = checkpoint("after", 3, 2000);
    assertThat(new RetainedCheckpoints(directory).newest()).contains(later);
  }

  private Path checkpoint(String job, int number, long millis) throws IOException {
    Path path = Files.createDirectories(directory.resolve(job).resolve("chk-" + number));
    Path metadata = Files.createFile(path.resolve("_metadata"));
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(millis));
    return path;
  }
}
