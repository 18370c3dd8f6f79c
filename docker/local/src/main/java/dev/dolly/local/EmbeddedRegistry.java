package dev.dolly.local;

import dev.dolly.local.registry.RegistryChild;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Apicurio Registry in a child process, with Confluent's interface and its database in a file. The
 * child ends with this process, however this process ends ({@link RegistryChild}).
 */
public final class EmbeddedRegistry implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Process process;
  private final URI url;

  private EmbeddedRegistry(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  /**
   * Starts a registry and returns when it answers.
   *
   * @param installation the unpacked Apicurio distribution
   * @param directory of this registry's database; made when missing
   * @param log the child's output
   * @throws StackException when it does not come up
   */
  public static EmbeddedRegistry start(Path installation, Path directory, Path log, int port)
      throws InterruptedException {
    Process process = null;
    try {
      Files.createDirectories(directory);
      Files.createDirectories(log.toAbsolutePath().getParent());
      process = launch(installation, directory, log, port);
      URI url = URI.create("http://" + Ports.HOST + ":" + port + "/apis/ccompat/v7");
      awaitAnswer(process, url);
      return new EmbeddedRegistry(process, url);
    } catch (IOException | InterruptedException | StackException e) {
      if (process != null) {
        process.destroyForcibly();
      }
      if (e instanceof InterruptedException interrupted) {
        throw interrupted;
      }
      throw new StackException(
          "the schema registry on port "
              + port
              + " does not start: "
              + e.getMessage()
              + "; its log is "
              + log,
          e);
    }
  }

  /** The base of Confluent's interface, to which {@code /schemas/ids/1} is appended. */
  public URI url() {
    return url;
  }

  /** Whether the child still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The child's process id. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static Process launch(Path installation, Path directory, Path log, int port)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dfile.encoding=UTF-8",
            "-Dquarkus.http.host=" + Ports.HOST,
            "-Dquarkus.http.port=" + port,
            "-cp",
            String.join(
                System.getProperty("path.separator"),
                ownClasses().toString(),
                runner(installation).toString()),
            RegistryChild.class.getName());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            // The registry reads settings from files of its working directory: give it an own one.
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // Each commit reaches the file before it is answered: an id that a record holds must not be
    // given to another schema after kill -9.
    builder
        .environment()
        .put(
            "REGISTRY_DATASOURCE_URL",
            "jdbc:h2:file:" + directory.toAbsolutePath().resolve("registry") + ";WRITE_DELAY=0");
    return builder.start();
  }

  private static Path ownClasses() throws IOException {
    try {
      return Path.of(
          RegistryChild.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static Path runner(Path installation) throws IOException {
    try (Stream<Path> files = Files.list(installation)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("no *-runner.jar in " + installation));
    }
  }

  private static void awaitAnswer(Process process, URI url)
      throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/subjects"))
            .timeout(Duration.ofSeconds(5))
            .build();
    long deadline = System.nanoTime() + START.toNanos();
    while (!answers(client, request)) {
      if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("it ended with code " + process.exitValue());
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("no answer within " + START.toSeconds() + " s");
      }
    }
  }

  private static boolean answers(HttpClient client, HttpRequest request)
      throws InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
