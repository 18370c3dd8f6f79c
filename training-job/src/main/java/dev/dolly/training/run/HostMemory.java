package dev.dolly.training.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory this host, or the container it is, can still give. */
final class HostMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";
  private static final long KIB = 1024;

  private HostMemory() {}

  static long available() {
    long total =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getTotalMemorySize(); // knows of a container's limit
    return Math.min(total, unused());
  }

  private static long unused() {
    try {
      List<String> lines = Files.readAllLines(MEMINFO);
      return lines.stream()
          .filter(line -> line.startsWith(AVAILABLE))
          .mapToLong(
              line ->
                  KIB * Long.parseLong(line.substring(AVAILABLE.length()).strip().split(" ")[0]))
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException e) {
      return Long.MAX_VALUE; // another kind of system
    }
  }
}
