package dev.dolly.local.process;

import dev.dolly.local.child.ParentLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Launches JVMs like this one.
 *
 * @param lock the file that each child holds a shared lock on while it lives
 * @param logs directory of the children's logs: {@code <name>.log} is what their loggers write,
 *     {@code <name>.err.log} what comes on standard error, from the JVM say
 * @param crashes where a JVM that dies by its own fault leaves its report
 */
public record ChildLauncher(Path lock, Path logs, CrashReports crashes) {
  /** System property: the directory of the class-data archives, {@code <name>.jsa}. */
  private static final String ARCHIVES = "dolly.archives";

  /**
   * System property: whether to make the archives, when the children end, instead of using them.
   */
  private static final String MAKE_ARCHIVES = "dolly.archives.make";

  /** How the name of one ends that was made, until the script takes it over. */
  private static final String MADE = ".jsa.new";

  /** System property: what log lines go to the terminal, the children's too. */
  private static final String CONSOLE = "dolly.log.console";

  private static final String NO_LINES = "OFF";

  /** From so many bytes on a file that nobody rolls begins anew with the next start. */
  private static final long LONG = 1 << 20;

  /** Beside all of our own, which begin with dolly. */
  private static final List<String> INHERITED =
      List.of("ai.djl.offline", "OPT_OUT_TRACKING", "log4j2.configurationFile");

  /**
   * Ctrl-C in a terminal, or a service manager's end, reaches every process of the group, and a JVM
   * would begin to end by itself. But the parent ends the children, in its order: signals that are
   * ignored when a JVM starts stay so.
   *
   * <p>Core files are ruled out here and not by the JVM's own option, under which a JVM that faults
   * ends with exit code 1 as if it had given up.
   */
  private static final String DEAF = "ulimit -c 0; trap '' HUP INT TERM; exec \"$0\" \"$@\"";

  /** Starts the process. */
  Process launch(ChildCommand command) throws IOException {
    Files.createDirectories(command.workingDirectory());
    Files.createDirectories(logs);
    crashes.prepare();
    List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", DEAF));
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-XX:+UseSerialGC",
            crashes.jvmOption(),
            "-XX:+DisplayVMOutputToStderr",
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-Dfile.encoding=UTF-8",
            "-D" + ParentLink.LOCK + "=" + lock));
    line.addAll(archive(command.name()));
    line.addAll(properties());
    line.add("-Ddolly.log.name=" + command.name());
    line.addAll(command.options());
    line.addAll(List.of("-cp", command.classPath(), command.mainClass()));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(command.workingDirectory().toFile())
            .redirectError(standardError(command.name()));
    builder.environment().putAll(command.environment());
    return builder.start();
  }

  /** With log lines on the terminal the child's own is the terminal. */
  private ProcessBuilder.Redirect standardError(String name) throws IOException {
    if (!System.getProperty(CONSOLE, NO_LINES).equals(NO_LINES)) {
      return ProcessBuilder.Redirect.INHERIT;
    }
    Path file = logs.resolve(name + ".err.log");
    return Files.exists(file) && Files.size(file) > LONG
        ? ProcessBuilder.Redirect.to(file.toFile())
        : ProcessBuilder.Redirect.appendTo(file.toFile());
  }

  /** Removes the archive that a process which was killed may have left half written. */
  void discardArchive(ChildCommand command) throws IOException {
    if (Boolean.getBoolean(MAKE_ARCHIVES)) {
      Files.deleteIfExists(Path.of(System.getProperty(ARCHIVES), command.name() + MADE));
    }
  }

  private static List<String> properties() {
    List<String> options = new ArrayList<>();
    for (String name : new TreeSet<>(System.getProperties().stringPropertyNames())) {
      if (name.startsWith("dolly.") || INHERITED.contains(name)) {
        options.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    return options;
  }

  private static List<String> archive(String name) {
    String archives = System.getProperty(ARCHIVES);
    if (archives == null) {
      return List.of();
    }
    if (Boolean.getBoolean(MAKE_ARCHIVES)) {
      return List.of("-XX:ArchiveClassesAtExit=" + Path.of(archives, name + MADE));
    }
    Path file = Path.of(archives, name + ".jsa");
    return Files.exists(file)
        ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + file)
        : List.of();
  }
}
