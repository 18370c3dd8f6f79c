package dev.dolly.eval.task;

import dev.dolly.engine.text.PythonSpace;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** HellaSwag's texts come with traces of the web pages that they were taken from. */
final class Hellaswag {
  private static final Pattern BRACKETS = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);

  private Hellaswag() {}

  static Document document(Fields fields) {
    if (fields.has("query")) { // preprocessed already
      return Task.document(fields.text("query"), fields.choices(), fields.gold());
    }
    String context = fields.text("ctx_a") + " " + capitalised(fields.text("ctx_b"));
    List<String> endings = fields.texts("endings").stream().map(Hellaswag::clean).toList();
    return Task.document(
        clean(fields.text("activity_label") + ": " + context), endings, fields.label("label"));
  }

  /** Without marks of the source; two spaces become one, once, and no second strip follows. */
  static String clean(String text) {
    String marked = PythonSpace.strip(text).replace(" [title]", ". ");
    return BRACKETS.matcher(marked).replaceAll("").replace("  ", " ");
  }

  /** As Python's {@code str.capitalize}. */
  private static String capitalised(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return new StringBuilder()
        .appendCodePoint(Character.toTitleCase(text.codePointAt(0)))
        .append(text.substring(first).toLowerCase(Locale.ROOT))
        .toString();
  }
}
