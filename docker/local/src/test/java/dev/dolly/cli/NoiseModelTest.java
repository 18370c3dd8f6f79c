package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoiseModelTest {
  private final Terminal terminal =
      new Terminal(
          InputStream.nullInputStream(),
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
          false);

  @TempDir private Path directory;

  @Test
  void itIsMadeWhereItIsAskedForAndUsedWhereItIs() throws IOException {
    Home home = home();
    Path models = directory.resolve("data/models");
    Path made = new NoiseModel(home).directory(terminal, models);
    assertThat(made).isDirectory().hasParent(models);
    assertThat(home.data()).doesNotExist();
    assertThat(new NoiseModel(home).directory(terminal, models)).isEqualTo(made);

    Path beside = Files.createDirectories(home.models().resolve(made.getFileName()));
    assertThat(new NoiseModel(home).directory(terminal, models)).isEqualTo(beside);
  }

  @Test
  void nothingIsLeftOfOneThatCouldNotBeMade() throws IOException {
    Home withoutTokenizer = new Home(directory.resolve("empty"));
    Path models = directory.resolve("models");
    assertThatThrownBy(() -> new NoiseModel(withoutTokenizer).directory(terminal, models))
        .hasMessageContaining("tokenizer.json");
    try (Stream<Path> left = Files.list(models)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenIsToldWithTheWayOut() throws IOException {
    Path models = Files.createFile(directory.resolve("file")).resolve("models");
    assertThatThrownBy(() -> new NoiseModel(home()).directory(terminal, models))
        .isInstanceOf(CommandException.class)
        .hasMessageContainingAll(models.toString(), "--model", "--data");
  }

  private Home home() throws IOException {
    Home home = new Home(directory.resolve("home"));
    String tokenizer = "tokenizers/gpt-neox/tokenizer.json";
    Files.createDirectories(home.config(tokenizer).getParent());
    Files.copy(Home.system().config(tokenizer), home.config(tokenizer));
    return home;
  }
}
