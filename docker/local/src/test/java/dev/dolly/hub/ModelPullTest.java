package dev.dolly.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ModelPullTest {
  private static final Path NEOX =
      Path.of(
          System.getProperty("dolly.repository"),
          "inference-stream/engine/src/test/resources/fixtures/neox");
  private static final String WEIGHTS = "model-00002-of-00005.safetensors";
  private static final String WRONG = "0".repeat(64);

  @TempDir private Path directory;

  private HubServer server;
  private Path out;

  @BeforeEach
  void start() throws IOException {
    out = directory.resolve("owner/neox");
    server = new HubServer("owner/neox");
    try (Stream<Path> files = Files.list(NEOX)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        server.files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    server.files.put("README.md", "A model.".getBytes(UTF_8));
    server.files.put("onnx/model.safetensors", new byte[] {1});
    server.files.put("pytorch_model.bin", new byte[] {2});
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void itBringsWhatAModelDirectoryNeeds() throws Exception {
    assertThat(pull()).isEqualTo(HubServer.COMMIT);
    assertThat(ModelDirectory.open(out).config().layers())
        .isEqualTo(ModelDirectory.open(NEOX).config().layers());
    assertThat(out.resolve(WEIGHTS)).hasSameBinaryContentAs(NEOX.resolve(WEIGHTS));
    assertThat(out).isDirectoryNotContaining(file -> file.endsWith("README.md"));
    assertThat(out.resolve("onnx")).doesNotExist();
    assertThat(out.resolve("pytorch_model.bin")).doesNotExist();
    assertThat(out.getParent()).isDirectoryNotContaining(file -> !file.equals(out));
  }

  @Test
  void aListOfNamesAloneIsEnough() throws Exception {
    server.detailed = false;
    pull();
    assertThat(out.resolve(WEIGHTS)).hasSameBinaryContentAs(NEOX.resolve(WEIGHTS));
  }

  @Test
  void aConnectionThatBreaksIsTakenUpWhereItBroke() throws Exception {
    server.breaks.put(WEIGHTS, 5000);
    pull();
    assertThat(out.resolve(WEIGHTS)).hasSameBinaryContentAs(NEOX.resolve(WEIGHTS));
    assertThat(requests("/store/" + WEIGHTS))
        .containsExactly("/store/" + WEIGHTS, continuedAt(5000));
  }

  @Test
  void aPullThatWasInterruptedGoesOn() throws Exception {
    byte[] weights = Files.readAllBytes(NEOX.resolve(WEIGHTS));
    Path staging = Files.createDirectories(directory.resolve("owner/neox.part"));
    Files.write(staging.resolve(WEIGHTS + ".part"), Arrays.copyOf(weights, 3000));
    pull();
    assertThat(out.resolve(WEIGHTS)).hasSameBinaryContentAs(NEOX.resolve(WEIGHTS));
    assertThat(requests("/store/" + WEIGHTS)).containsExactly(continuedAt(3000));
  }

  @Test
  void whatAnInterruptedPullLeftOfOtherContentIsFetchedAnew() throws Exception {
    Path staging = Files.createDirectories(directory.resolve("owner/neox.part"));
    Files.write(staging.resolve(WEIGHTS + ".part"), new byte[3000]);
    pull();
    assertThat(out.resolve(WEIGHTS)).hasSameBinaryContentAs(NEOX.resolve(WEIGHTS));
  }

  @Test
  void aWrongDigestIsRefused() {
    for (boolean detailed : new boolean[] {true, false}) {
      server.detailed = detailed;
      server.wrongDigests.put(WEIGHTS, WRONG);
      assertThatThrownBy(this::pull)
          .isInstanceOf(HubException.class)
          .hasMessageContaining(WEIGHTS)
          .hasMessageContaining(WRONG);
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void anotherPullOfTheSameFetchesNothing() throws Exception {
    pull();
    server.requests.clear();
    pull();
    assertThat(server.requests).containsExactly("/api/models/owner/neox");
    Files.writeString(out.resolve("config.json"), "{}");
    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining(out.toString())
        .hasMessageContaining("config.json");
  }

  @Test
  void theTokenGoesToTheHubAlone() throws Exception {
    server.token = Optional.of("secret");
    pull();
    assertThat(requests("/owner/neox/resolve/")).allMatch(r -> r.endsWith(" Bearer secret"));
    assertThat(requests("/store/")).isNotEmpty().noneMatch(r -> r.contains("secret"));
  }

  @Test
  void whatCannotBeHadIsTold() {
    server.token = Optional.of("secret");
    assertThatThrownBy(() -> pull(new Hub(server.endpoint(), Optional.empty()), "owner/neox"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("model owner/neox")
        .hasMessageContaining("HF_TOKEN");
    assertThatThrownBy(() -> pull(server.hub(), "owner/nothing"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("there is no model owner/nothing at " + server.endpoint());
    assertThatThrownBy(
            () -> pull(new Hub(URI.create("http://127.0.0.1:1"), Optional.empty()), "owner/neox"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("cannot reach the hub at http://127.0.0.1:1")
        .hasMessageContaining("HF_ENDPOINT");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aModelOfAnotherArchitectureIsNotFetched() {
    server.files.put("config.json", "{\"model_type\": \"llama\"}".getBytes(UTF_8));
    assertThatThrownBy(this::pull)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("llama");
    assertThat(requests("/store/")).isEmpty();
    assertThat(out.getParent()).isEmptyDirectory();
  }

  @Test
  void aFileThatWouldLieElsewhereIsRefused() {
    server.files.put("../config.json", new byte[] {1});
    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("../config.json");
  }

  @Test
  void theShardsOfAnIndexBelongToIt() {
    List<String> names =
        List.of(
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "pytorch_model-00001-of-00001.bin",
            "pytorch_model.bin.index.json",
            "tokenizer.json",
            "training_args.bin");
    assertThat(needed(names))
        .containsExactly(
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "tokenizer.json");
    assertThat(needed(names.subList(4, 8)))
        .containsExactly(
            "pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json", "tokenizer.json");
  }

  @Test
  void theEnvironmentNamesTheHub() {
    assertThatThrownBy(() -> Hub.of(Map.of("HF_ENDPOINT", "hub.example.org")))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("hub.example.org");
    Map<String, String> environment = Map.of("HF_ENDPOINT", server.endpoint() + "/");
    assertThatThrownBy(() -> pull(Hub.of(environment), "owner/nothing"))
        .hasMessageContaining(server.endpoint() + ": ");
  }

  private static List<String> needed(List<String> names) {
    return ModelPull.needed(
            names.stream()
                .map(name -> new HubFile(name, OptionalLong.empty(), Optional.empty()))
                .toList())
        .stream()
        .map(HubFile::name)
        .toList();
  }

  private List<String> requests(String path) {
    return server.requests.stream().filter(request -> request.startsWith(path)).toList();
  }

  private static String continuedAt(int offset) {
    return "/store/" + WEIGHTS + " bytes=" + offset + "-";
  }

  private String pull() throws InterruptedException {
    return pull(server.hub(), "owner/neox");
  }

  private String pull(Hub hub, String name) throws InterruptedException {
    return new ModelPull(hub, (bytes, total) -> {})
        .into(out, new Repo(RepoType.MODEL, name, Optional.empty()));
  }
}
