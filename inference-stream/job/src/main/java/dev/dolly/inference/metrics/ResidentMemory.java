package dev.dolly.inference.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of this process lies in memory, native memory included. */
final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String LINE = "VmRSS:";

  private ResidentMemory() {}

  /** In bytes; 0 where the system does not say it in Linux' way. */
  static long bytes() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(LINE))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
