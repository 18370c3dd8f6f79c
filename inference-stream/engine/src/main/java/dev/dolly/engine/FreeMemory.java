package dev.dolly.engine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** How much more memory processes of this host, or of this container, may take. */
@FunctionalInterface
public interface FreeMemory {
  /** In bytes; empty where the system does not say it in Linux' way. */
  OptionalLong bytes();

  /**
   * Of this system. What only caches files counts as free. It is never more than what the Java
   * virtual machine takes for all there is, which knows limits of older containers too.
   */
  static FreeMemory ofSystem() {
    FreeMemory told = of(Path.of("/proc/meminfo"), Path.of("/sys/fs/cgroup"));
    long all =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getTotalMemorySize();
    return () -> OptionalLong.of(Math.min(all, told.bytes().orElse(all)));
  }

  /** The less of what the host has and what the container may take. */
  static FreeMemory of(Path host, Path container) {
    return () -> {
      OptionalLong available = number(host, "MemAvailable:");
      OptionalLong limit = number(container.resolve("memory.max"), "");
      OptionalLong used = number(container.resolve("memory.current"), "");
      if (limit.isEmpty() || used.isEmpty()) {
        return kib(available);
      }
      long files = number(container.resolve("memory.stat"), "inactive_file ").orElse(0);
      long left = limit.getAsLong() - used.getAsLong() + files;
      return OptionalLong.of(Math.max(0, Math.min(left, kib(available).orElse(left))));
    };
  }

  private static OptionalLong kib(OptionalLong value) {
    return value.isEmpty() ? value : OptionalLong.of(value.getAsLong() << 10);
  }

  /** The number in the first line that begins so; empty also for a limit of {@code max}. */
  private static OptionalLong number(Path file, String start) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(start))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .filter(digits -> !digits.isEmpty())
          .mapToLong(Long::parseLong)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
