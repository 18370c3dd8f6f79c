package dev.dolly.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Gives a tokenizer the tokens that Dolly's prompt is built around. */
public final class ControlTokens {
  /** In the order in which Dolly adds them. */
  public static final List<String> IN_ORDER =
      List.of(PromptFormat.END_TOKEN, PromptFormat.INSTRUCTION_TOKEN, PromptFormat.RESPONSE_TOKEN);

  private ControlTokens() {}

  /**
   * Adds those that are missing after all other ids, as Hugging Face's {@code add_special_tokens}
   * does.
   *
   * @param tokenizer what a {@code tokenizer.json} holds; changed
   */
  public static void addTo(ObjectNode tokenizer) {
    ArrayNode added = tokenizer.withArray("added_tokens");
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    int next = 0;
    for (JsonNode id : vocabulary) {
      next = Math.max(next, id.asInt() + 1);
    }
    for (JsonNode token : added) {
      next = Math.max(next, token.path("id").asInt() + 1);
    }
    for (String content : IN_ORDER) {
      ObjectNode known = find(added, content);
      if (known != null) {
        known.put("special", true);
      } else {
        int id = vocabulary.has(content) ? vocabulary.path(content).asInt() : next++;
        added
            .addObject()
            .put("id", id)
            .put("content", content)
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", true);
      }
    }
  }

  private static ObjectNode find(ArrayNode added, String content) {
    for (JsonNode token : added) {
      if (token.path("content").asText().equals(content)) {
        return (ObjectNode) token;
      }
    }
    return null;
  }
}
