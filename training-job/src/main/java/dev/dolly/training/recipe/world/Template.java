package dev.dolly.training.recipe.world;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with slots, such as {@code {name|first} bought {item|a}.} Behind a slot stand forms of its
 * value, applied from left to right: {@code a} puts the indefinite article before it, {@code cap}
 * and {@code low} change the case of its first letter, {@code first} is its first word, {@code
 * bare} leaves the end mark out.
 */
public final class Template {
  private static final Pattern SLOT = Pattern.compile("\\{([a-z0-9-]+)((?:\\|[a-z]+)*)}");
  private static final Set<String> FORMS = Set.of("a", "cap", "low", "first", "bare");

  private final String text;
  private final List<Piece> pieces;

  /** What stands before a slot, and the slot; the last piece has none. */
  private record Piece(String before, String slot, List<String> forms) {}

  @JsonCreator
  public Template(String text) {
    this.text = text;
    this.pieces = new ArrayList<>();
    Matcher slots = SLOT.matcher(text);
    int end = 0;
    while (slots.find()) {
      List<String> forms =
          slots.group(2).isEmpty() ? List.of() : List.of(slots.group(2).substring(1).split("\\|"));
      for (String form : forms) {
        if (!FORMS.contains(form)) {
          throw new IllegalArgumentException(
              "there is no form \"%s\" in \"%s\"; there are %s"
                  .formatted(form, text, new TreeSet<>(FORMS)));
        }
      }
      pieces.add(new Piece(text.substring(end, slots.start()), slots.group(1), forms));
      end = slots.end();
    }
    pieces.add(new Piece(text.substring(end), "", List.of()));
    if (pieces.stream().anyMatch(piece -> piece.before().matches("(?s).*[{}].*"))) {
      throw new IllegalArgumentException("a slot is not well formed in \"" + text + "\"");
    }
  }

  /** The names of its slots. */
  public Set<String> slots() {
    Set<String> names = new TreeSet<>();
    pieces.stream().map(Piece::slot).filter(slot -> !slot.isEmpty()).forEach(names::add);
    return names;
  }

  /**
   * The text with values in its slots.
   *
   * @throws IllegalArgumentException where one has none
   */
  public String with(Map<String, String> values) {
    StringBuilder out = new StringBuilder();
    for (Piece piece : pieces) {
      out.append(piece.before());
      if (!piece.slot().isEmpty()) {
        String value = values.get(piece.slot());
        if (value == null) {
          throw new IllegalArgumentException(
              "nothing is known for {%s} in \"%s\"".formatted(piece.slot(), text));
        }
        for (String form : piece.forms()) {
          value = formed(value, form);
        }
        out.append(value);
      }
    }
    return out.toString();
  }

  private static String formed(String value, String form) {
    return switch (form) {
      case "a" -> ("aeiou".indexOf(value.charAt(0)) >= 0 ? "an " : "a ") + value;
      case "cap" -> Character.toUpperCase(value.charAt(0)) + value.substring(1);
      case "low" -> Character.toLowerCase(value.charAt(0)) + value.substring(1);
      case "first" -> value.split(" ", 2)[0];
      default -> value.replaceFirst("[.?!]$", "");
    };
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
