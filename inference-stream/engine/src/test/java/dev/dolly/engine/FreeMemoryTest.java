package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {
  @TempDir private Path directory;

  @BeforeEach
  void host() throws IOException {
    Files.writeString(
        directory.resolve("meminfo"), "MemTotal:  9000 kB\nMemAvailable:    4000 kB\n");
  }

  @Test
  void isTheHostsWhereNoContainerHasALimit() throws IOException {
    assertThat(free().bytes()).hasValue(4000 << 10);
    Files.writeString(directory.resolve("memory.max"), "max\n");
    assertThat(free().bytes()).hasValue(4000 << 10);
  }

  @Test
  void isWhatTheContainerMayTakeWhereThatIsLess() throws IOException {
    Files.writeString(directory.resolve("memory.max"), "1000000\n");
    Files.writeString(directory.resolve("memory.current"), "900000\n");
    Files.writeString(directory.resolve("memory.stat"), "anon 1\ninactive_file 50000\n");
    assertThat(free().bytes()).hasValue(150_000);
  }

  @Test
  void isUnknownElsewhere() throws IOException {
    Files.delete(directory.resolve("meminfo"));
    assertThat(free().bytes()).isEmpty();
  }

  @Test
  void ofThisSystemIsKnownAndNotMoreThanThereIs() {
    long all =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    assertThat(FreeMemory.ofSystem().bytes().getAsLong()).isBetween(1L, all);
  }

  private FreeMemory free() {
    return FreeMemory.of(directory.resolve("meminfo"), directory);
  }
}
