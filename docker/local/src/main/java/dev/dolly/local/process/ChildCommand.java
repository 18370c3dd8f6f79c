package dev.dolly.local.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a child process is.
 *
 * @param name in messages, and of its log and class-data archive
 * @param mainClass speaks {@link dev.dolly.local.child.ChildProtocol}
 * @param classPath as Java takes it
 * @param options of the JVM, beside those that every child has
 * @param environment variables beside the parent's own
 * @param settings handed over on the child's standard input, so that no other process sees them
 * @param workingDirectory made when missing
 */
public record ChildCommand(
    String name,
    String mainClass,
    String classPath,
    List<String> options,
    Map<String, String> environment,
    Map<String, String> settings,
    Path workingDirectory) {
  public ChildCommand {
    options = List.copyOf(options);
    environment = Map.copyOf(environment);
    settings = Map.copyOf(settings);
  }
}
