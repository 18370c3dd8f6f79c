package dev.dolly.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.local.process.Supervisor;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistries;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class RegistryProcessTest {
  private static final Path INSTALLATION = Path.of(System.getProperty("dolly.registry"));

  @TempDir private Path directory;

  @Test
  void idsOutliveAKilledParentAndNoProcessDoes() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Ddolly.registry=" + INSTALLATION,
                Parent.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<SchemaRegistration> before;
    ProcessHandle child;
    try (BufferedReader said = parent.inputReader()) {
      child = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
      before = SchemaRegistration.registerAll(SchemaRegistries.connect(said.readLine()));
    } finally {
      parent.destroyForcibly().waitFor();
    }
    child.onExit().get(20, TimeUnit.SECONDS);

    Ports ports = Ports.anyFree();
    try (Supervisor again = start(directory, ports)) {
      again.ready().join();
      String url = ports.address().registry();
      List<SchemaRegistration> after =
          SchemaRegistration.registerAll(SchemaRegistries.connect(url));
      assertThat(after).allSatisfy(subject -> assertThat(subject.added()).isFalse());
      assertThat(after)
          .extracting(SchemaRegistration::id)
          .containsExactlyElementsOf(before.stream().map(SchemaRegistration::id).toList());
      // As scripts call it.
      HttpResponse<String> schema =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(url + "/schemas/ids/" + before.get(0).id()))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(schema.statusCode()).isEqualTo(200);
      assertThat(schema.body()).contains("\"schema\"");
    }
    // What it logs goes to a file of its own, which it rolls.
    Path logs = new DataDirectory(directory).logs();
    assertThat(logs.resolve("registry.log")).content().contains("apicurio-registry-app");
    assertThat(logs.resolve("registry.err.log")).content().isEmpty();
  }

  private static Supervisor start(Path directory, Ports ports) {
    return RegistryProcess.start(
        new StackSettings(
            new DataDirectory(directory),
            StackSettings.PortChoice.FREE,
            INSTALLATION,
            Path.of("no-model"),
            Map.of()),
        ports);
  }

  /** A process with a registry, to be killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws IOException {
      Ports ports = Ports.anyFree();
      Supervisor registry = start(Path.of(arguments[0]), ports);
      registry.ready().join();
      System.out.println(registry.pid());
      System.out.println(ports.address().registry());
      System.in.read();
    }
  }
}
