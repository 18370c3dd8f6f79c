package dev.dolly.training.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.ControlTokens;
import dev.dolly.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files beside the weights that a trained model takes over from its base: the tokenizer, which
 * gets the control tokens where it lacks them, and what says which token plays which part.
 *
 * @param contents by file name
 */
public record TokenizerFiles(Map<String, byte[]> contents) {
  private static final String CONFIG = "tokenizer_config.json";
  private static final String ROLES = "special_tokens_map.json";
  private static final List<String> AS_THEY_ARE = List.of("generation_config.json");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public TokenizerFiles {
    contents = Map.copyOf(contents);
  }

  /**
   * Reads the base model's files and adds what Dolly needs.
   *
   * @throws dev.dolly.engine.model.ModelFormatException when there is no tokenizer, or a broken one
   */
  public static TokenizerFiles of(Path base) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    ObjectNode tokenizer = JsonFile.readObject(base.resolve(ModelDirectory.TOKENIZER));
    ControlTokens.addTo(tokenizer);
    contents.put(ModelDirectory.TOKENIZER, JSON.writeValueAsBytes(tokenizer));
    for (String name : List.of(CONFIG, ROLES)) {
      Path file = base.resolve(name);
      if (Files.isRegularFile(file)) {
        ObjectNode roles = JsonFile.readObject(file);
        addRoles(roles, tokenizer, name.equals(CONFIG));
        contents.put(name, JSON.writeValueAsBytes(roles));
      }
    }
    for (String name : AS_THEY_ARE) {
      Path file = base.resolve(name);
      if (Files.isRegularFile(file)) {
        contents.put(name, Files.readAllBytes(file));
      }
    }
    return new TokenizerFiles(contents);
  }

  /** Hugging Face's loader goes by these, not by the tokenizer's own list alone. */
  private static void addRoles(ObjectNode roles, ObjectNode tokenizer, boolean config) {
    ArrayNode special = roles.putArray("additional_special_tokens");
    ControlTokens.IN_ORDER.forEach(special::add);
    if (roles.hasNonNull("eos_token")) {
      roles.set("pad_token", roles.get("eos_token").deepCopy());
    }
    if (config) {
      ObjectNode table = roles.withObject("/added_tokens_decoder");
      for (JsonNode token : tokenizer.path("added_tokens")) {
        ObjectNode entry = token.deepCopy();
        String id = entry.remove("id").asText();
        table.set(id, entry);
      }
    }
  }

  /**
   * The tokenizer that they make; the caller's to close.
   *
   * @param otherwiseEos ids that end a text where the files name none
   */
  public Tokenizer load(Collection<Integer> otherwiseEos) throws IOException {
    Path directory = Files.createTempDirectory("tokenizer");
    try {
      writeTo(directory);
      return Tokenizer.load(directory.resolve(ModelDirectory.TOKENIZER), otherwiseEos);
    } finally {
      for (String name : contents.keySet()) {
        Files.deleteIfExists(directory.resolve(name));
      }
      Files.delete(directory);
    }
  }

  /** Writes them into a directory that exists. */
  public void writeTo(Path directory) throws IOException {
    for (Map.Entry<String, byte[]> file : contents.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
  }
}
