package dev.dolly.local;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedRegistryTest {
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

    try (EmbeddedRegistry again = start(directory)) {
      String url = again.url().toString();
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
  }

  private static EmbeddedRegistry start(Path directory) throws InterruptedException {
    return EmbeddedRegistry.start(
        INSTALLATION, directory, directory.resolve("registry.log"), Ports.anyFree().registry());
  }

  /** A process with a registry, to be killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws InterruptedException, IOException {
      EmbeddedRegistry registry = start(Path.of(arguments[0]));
      System.out.println(registry.pid());
      System.out.println(registry.url());
      System.in.read();
    }
  }
}
