package dev.dolly.local;

import dev.dolly.local.child.RegistryChild;
import dev.dolly.local.process.ChildCommand;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How each part of a stack is launched as a process of its own. */
public final class PartCommands {
  /**
   * A model is loaded by a thread of least priority, which counts for nothing otherwise: beside a
   * running model it would double the time of each step. No other changes.
   */
  private static final List<String> PRIORITIES =
      List.of(
          "-XX:ThreadPriorityPolicy=1",
          "-XX:JavaPriority1_To_OSPriority=10",
          "-XX:JavaPriority9_To_OSPriority=0",
          "-XX:JavaPriority10_To_OSPriority=0");

  private final StackSettings settings;
  private final Ports ports;

  public PartCommands(StackSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
  }

  /**
   * The part's.
   *
   * @throws StackException when something of it is missing
   */
  public ChildCommand of(Part part) {
    return switch (part) {
      case BROKER -> broker();
      case REGISTRY -> registry();
      case JOBS -> jobs();
      case GATE -> gate();
    };
  }

  private ChildCommand broker() {
    return new ChildCommand(
        Part.BROKER.title(),
        BrokerChild.class.getName(),
        classPath(),
        // A broker that one machine uses gains less from the second compiler than that takes.
        List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"),
        Map.of(),
        BrokerChild.settings(settings.data(), ports),
        settings.data().broker());
  }

  private ChildCommand jobs() {
    return new ChildCommand(
        Part.JOBS.title(),
        JobsChild.class.getName(),
        classPath(),
        // The compilers and the engine's temporaries leave free pages behind in every arena of
        // glibc's malloc, more with each hour. A JDK too old for the option only keeps them.
        Stream.concat(
                Stream.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:TrimNativeHeapInterval=30000"),
                PRIORITIES.stream())
            .toList(),
        Map.of(),
        settings.jobsOn(ports).toMap(),
        settings.data().root());
  }

  /** It computes with what the others leave. */
  private ChildCommand gate() {
    return new ChildCommand(
        Part.GATE.title(),
        GateChild.class.getName(),
        classPath(),
        Stream.concat(Stream.of("-Xmx512m", "-XX:TieredStopAtLevel=1"), PRIORITIES.stream())
            .toList(),
        // A worker that spins while it waits would keep off the core one that answers.
        Map.of("OMP_WAIT_POLICY", "PASSIVE"),
        settings.gateOn(ports),
        settings.data().root());
  }

  private ChildCommand registry() {
    Path directory = settings.data().registry();
    return new ChildCommand(
        Part.REGISTRY.title(),
        RegistryChild.class.getName(),
        String.join(
            System.getProperty("path.separator"),
            ownClasses().toString(),
            runner(settings.registry()).toString()),
        List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-Dquarkus.http.host=" + Ports.HOST,
            "-Dquarkus.http.port=" + ports.registry(),
            // As the others' logs: a file that rolls, and the terminal where that is asked for.
            "-Dquarkus.banner.enabled=false",
            "-Dquarkus.log.file.enable=true",
            "-Dquarkus.log.file.path=" + settings.data().logs().resolve("registry.log"),
            "-Dquarkus.log.file.rotation.max-file-size=20M",
            "-Dquarkus.log.file.rotation.max-backup-index=3",
            "-Dquarkus.log.console.level=${dolly.log.console:OFF}"),
        // Each commit reaches the file before it is answered: an id that a record holds must not be
        // given to another schema after kill -9.
        Map.of(
            "REGISTRY_DATASOURCE_URL",
            "jdbc:h2:file:" + directory.resolve("registry") + ";WRITE_DELAY=0"),
        RegistryChild.settings(ports.address().registry()),
        // The registry reads settings from files of its working directory: give it an own one.
        directory);
  }

  /** This JVM's; absolute, since a child works somewhere else. */
  private static String classPath() {
    String separator = System.getProperty("path.separator");
    return Arrays.stream(System.getProperty("java.class.path").split(Pattern.quote(separator)))
        .filter(entry -> !entry.isEmpty())
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(separator));
  }

  private static Path ownClasses() {
    try {
      return Path.of(
          RegistryChild.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path runner(Path installation) {
    try (Stream<Path> files = Files.list(installation)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("no *-runner.jar in " + installation))
          .toAbsolutePath();
    } catch (IOException e) {
      throw new StackException("the schema registry does not start: " + e.getMessage(), e);
    }
  }
}
