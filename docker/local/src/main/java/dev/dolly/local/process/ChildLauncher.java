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
 * @param logs directory of the children's logs, {@code <name>.log}
 * @param crashes where a JVM that dies by its own fault leaves its report
 */
public record ChildLauncher(Path lock, Path logs, CrashReports crashes) {
  /** System property: the directory of the class-data archives, {@code <name>.jsa}. */
  private static final String ARCHIVES = "dolly.archives";

  /**
   * System property: whether to make the archives, when the children end, instead of using them.
   */
  private static final String MAKE_ARCHIVES = "dolly.archives.make";

  /** System property: what log lines go to the terminal; a child has none. */
  private static final String CONSOLE = "dolly.log.console";

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

  /** Starts the process; what it prints beside the protocol goes to its log. */
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
            .redirectError(
                ProcessBuilder.Redirect.appendTo(logs.resolve(command.name() + ".log").toFile()));
    builder.environment().putAll(command.environment());
    return builder.start();
  }

  private static List<String> properties() {
    List<String> options = new ArrayList<>();
    for (String name : new TreeSet<>(System.getProperties().stringPropertyNames())) {
      if ((name.startsWith("dolly.") && !name.equals(CONSOLE)) || INHERITED.contains(name)) {
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
    Path file = Path.of(archives, name + ".jsa");
    if (Boolean.getBoolean(MAKE_ARCHIVES)) {
      return List.of("-XX:ArchiveClassesAtExit=" + file + ".new");
    }
    return Files.exists(file)
        ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + file)
        : List.of();
  }
}
