package dev.dolly.training.recipe.bpe;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.ControlTokens;
import dev.dolly.engine.text.PromptFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A tokenizer for Dolly's prompts, trained on texts: {@code <|endoftext|>} is id 0, then come the
 * bytes and the merges. The last four are added tokens: the whole introductory sentence, which
 * every prompt begins with and which is ordinary text (not special), and Dolly's three control
 * tokens.
 */
public final class TokenizerRecipe {
  private static final String END_OF_TEXT = "<|endoftext|>";

  /** The introduction and the control tokens. */
  private static final int ADDED = 1 + ControlTokens.IN_ORDER.size();

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final BpeTrainer trainer = new BpeTrainer(List.of(END_OF_TEXT));

  private TokenizerRecipe() {}

  /**
   * Trains a tokenizer.
   *
   * @param texts as the model will see them
   * @param entries how many ids there shall be in all
   */
  public static TokenizerRecipe train(Stream<String> texts, int entries) {
    PreTokens pieces = new PreTokens();
    texts.forEach(pieces::add);
    TokenizerRecipe recipe = new TokenizerRecipe();
    recipe.trainer.train(pieces.counts(), entries - ADDED);
    return recipe;
  }

  /** How many ids there are. */
  public int size() {
    return trainer.entries().size() + ADDED;
  }

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  public void write(Path directory) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    add(added, 0, END_OF_TEXT, true);
    add(added, trainer.entries().size(), PromptFormat.INTRO, false);
    root.putNull("normalizer");
    byteLevel(root.putObject("pre_tokenizer"));
    root.putNull("post_processor");
    byteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", false);
    ObjectNode vocabulary = model.putObject("vocab");
    List<String> entries = trainer.entries();
    for (int id = 0; id < entries.size(); id++) {
      vocabulary.put(entries.get(id), id);
    }
    ArrayNode merges = model.putArray("merges");
    for (BpeTrainer.Merge merge : trainer.merges()) {
      merges.add(entries.get(merge.left()) + " " + entries.get(merge.right()));
    }
    ControlTokens.addTo(root);
    write(directory.resolve(ModelDirectory.TOKENIZER), root);

    ObjectNode roles = JSON.createObjectNode();
    roles.put("tokenizer_class", "PreTrainedTokenizerFast");
    for (String role : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
      roles.put(role, END_OF_TEXT);
    }
    roles.put("clean_up_tokenization_spaces", false);
    write(directory.resolve("tokenizer_config.json"), roles);
  }

  private static void add(ArrayNode tokens, int id, String content, boolean special) {
    ObjectNode token = tokens.addObject();
    token.put("id", id);
    token.put("content", content);
    token.put("single_word", false);
    token.put("lstrip", false);
    token.put("rstrip", false);
    token.put("normalized", false);
    token.put("special", special);
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel");
    node.put("add_prefix_space", false);
    node.put("trim_offsets", true);
    node.put("use_regex", true);
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    Files.write(file, JSON.writeValueAsBytes(json));
  }
}
