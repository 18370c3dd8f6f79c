package dev.dolly.training.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.training.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {
  @TempDir Path base;
  @TempDir Path out;

  @Test
  void aBaseModelGetsTheControlTokensInDollysOrder() throws IOException {
    copyFixture();
    ObjectNode tokenizer = JsonFile.readObject(base.resolve("tokenizer.json"));
    ArrayNode added = (ArrayNode) tokenizer.get("added_tokens");
    added.remove(4);
    added.remove(3);
    added.remove(2);
    Files.writeString(base.resolve("tokenizer.json"), tokenizer.toString());
    Files.writeString(
        base.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|endoftext|>\", \"x\": 1}");

    TokenizerFiles.of(base).writeTo(out);

    try (Tokenizer trained = Tokenizer.load(out.resolve("tokenizer.json"), java.util.List.of())) {
      assertThat(trained.size()).isEqualTo(512);
      assertThat(trained.specialId("### End")).hasValue(509);
      assertThat(trained.specialId("### Instruction:")).hasValue(510);
      assertThat(trained.specialId("### Response:\n")).hasValue(511);
      assertThat(trained.encode("### Response:\n")).containsExactly(511);
      assertThat(trained.eosIds()).containsExactly(0);
    }
    ObjectNode roles = JsonFile.readObject(out.resolve("tokenizer_config.json"));
    assertThat(roles.path("pad_token").asText()).isEqualTo("<|endoftext|>");
    assertThat(roles.path("x").asInt()).isEqualTo(1);
    assertThat(roles.path("additional_special_tokens").get(2).asText())
        .isEqualTo("### Response:\n");
    assertThat(roles.at("/added_tokens_decoder/511/content").asText()).isEqualTo("### Response:\n");
  }

  @Test
  void aDollyModelKeepsItsTokenizer() throws IOException {
    copyFixture();
    ObjectNode before = JsonFile.readObject(base.resolve("tokenizer.json"));
    ObjectNode roles = JsonFile.readObject(base.resolve("tokenizer_config.json"));

    TokenizerFiles.of(base).writeTo(out);

    assertThat((Object) JsonFile.readObject(out.resolve("tokenizer.json"))).isEqualTo(before);
    assertThat((Object) JsonFile.readObject(out.resolve("tokenizer_config.json"))).isEqualTo(roles);
  }

  private void copyFixture() throws IOException {
    try (Stream<Path> files = Files.list(Fixtures.model("neox"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, base.resolve(file.getFileName()));
      }
    }
  }
}
