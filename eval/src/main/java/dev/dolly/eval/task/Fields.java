package dev.dolly.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.eval.EvaluationException;
import java.util.ArrayList;
import java.util.List;

/** The fields of one record of a task's data. */
record Fields(JsonNode json) {
  String text(String name) {
    JsonNode value = json.path(name);
    if (!value.isTextual()) {
      throw missing(name, "a text");
    }
    return value.textValue();
  }

  /** A label: a whole number, or one in a text, as hellaswag's are on the hub. */
  int label(String name) {
    JsonNode value = json.path(name);
    if (value.isInt()) {
      return value.intValue();
    }
    if (value.isBoolean()) { // boolq's on the hub outside of SuperGLUE
      return value.booleanValue() ? 1 : 0;
    }
    try {
      return Integer.parseInt(text(name));
    } catch (NumberFormatException e) {
      throw missing(name, "a number");
    }
  }

  boolean has(String name) {
    return json.has(name);
  }

  List<String> texts(String name) {
    return texts(json.path(name), name);
  }

  private static List<String> texts(JsonNode array, String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : array) {
      if (item.isTextual()) {
        texts.add(item.textValue());
      }
    }
    if (texts.isEmpty() || texts.size() != array.size()) {
      throw missing(name, "a list of texts");
    }
    return texts;
  }

  /** The texts of {@code choices}: a list, or as on the hub {@code {"text", "label"}}. */
  List<String> choices() {
    JsonNode choices = json.path("choices");
    return texts(choices.isObject() ? choices.path("text") : choices, "choices");
  }

  /** The right one of {@link #choices}: {@code gold}, or as on the hub the label's place. */
  int gold() {
    JsonNode choices = json.path("choices");
    if (!choices.isObject()) {
      return label("gold");
    }
    String key = text("answerKey");
    int place = texts(choices.path("label"), "choices.label").indexOf(key);
    if (place < 0) {
      throw new EvaluationException("answerKey " + key + " is none of choices.label");
    }
    return place;
  }

  private static EvaluationException missing(String name, String what) {
    return new EvaluationException("field " + name + " must be " + what);
  }
}
