package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A command in a process of its own, as the script runs it.
 *
 * @param process is killed at the end, with all its children
 * @param out its standard output
 * @param err the file with its standard error
 */
record DollyProcess(Process process, BufferedReader out, Path err) implements AutoCloseable {

  /**
   * Starts it.
   *
   * @param directory to work in, and for what it prints
   */
  static DollyProcess start(Path directory, String... arguments) throws IOException {
    return start(directory, Path.of(System.getProperty("dolly.registry")), arguments);
  }

  /** As above, with the registry's distribution somewhere else. */
  static DollyProcess start(Path directory, Path registry, String... arguments) throws IOException {
    return start(directory, registry, Path.of(System.getProperty("dolly.home")), "", arguments);
  }

  /** With a hub, and another folder as the script's, where models that are fetched are put. */
  static DollyProcess startWithHub(Path directory, URI hub, String... arguments)
      throws IOException {
    Path registry = Path.of(System.getProperty("dolly.registry"));
    return start(directory, registry, directory, hub.toString(), arguments);
  }

  private static DollyProcess start(
      Path directory, Path registry, Path home, String hub, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Ddolly.registry=" + registry);
    command.add("-Ddolly.home=" + home);
    command.add("-Dai.djl.offline=" + System.getProperty("ai.djl.offline"));
    command.addAll(List.of("-cp", classPath(directory), Dolly.class.getName()));
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile(directory, "stderr", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(err.toFile());
    builder.environment().put("HF_ENDPOINT", hub);
    Process process = builder.start();
    return new DollyProcess(process, process.inputReader(), err);
  }

  /** Relative, as a class path may be: children that work elsewhere must find it all the same. */
  private static String classPath(Path directory) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> directory.toAbsolutePath().relativize(Path.of(entry).toAbsolutePath()))
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The first line of {@code up}, when prompts are being answered. */
  JsonNode address() throws IOException {
    String first = out.readLine();
    if (first == null) {
      throw new AssertionError("it ended instead: " + Files.readString(err));
    }
    return Json.parse(first);
  }

  /** The stack's processes, the parent not among them. */
  static List<ProcessHandle> children(Path data) throws IOException {
    JsonNode pids = Json.parse(Files.readString(data.resolve("processes.json")));
    return StreamSupport.stream(pids.spliterator(), false)
        .flatMap(pid -> ProcessHandle.of(pid.asLong()).stream())
        .toList();
  }

  /** Whether it runs: one whose parent was killed may wait for its end to be noticed. */
  static boolean runs(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  /** One of the stack's processes, {@code jobs} say. */
  static long pid(Path data, String part) throws IOException {
    return Json.parse(Files.readString(data.resolve("processes.json"))).get(part).asLong();
  }

  /** Sends a signal to a process. */
  static void signal(String name, long pid) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    if (code != 0) {
      throw new IllegalStateException("no process " + pid);
    }
  }

  /** Waits for the end. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    while (process.isAlive() || children.stream().anyMatch(DollyProcess::runs)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // they follow, and write until then
    }
    out.close();
  }
}
