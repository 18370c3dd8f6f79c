package dev.dolly.training.recipe.world;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Who and what can be named. Invented names of people, towns, firms and countries, first and last
 * names together, years, numbers and prices belong to one split each; the words of the pools to
 * both, and real first and last names, but that the test has none alone. (So small a model cannot
 * copy a name of which no training record writes the second half, and there are too few real ones
 * to learn that from.) Immutable.
 */
public final class World {
  private static final double REAL_FIRST = 0.45;
  private static final double REAL_LAST = 0.4;
  private static final double COMPOUND_TOWN = 0.7;
  private static final int FIRST_YEAR = 1800;
  private static final int LAST_YEAR = 2024;

  /** So many years are left for what happened later. */
  private static final int YEARS_AFTER = 40;

  private final Names names;
  private final Map<String, List<String>> pools;

  /** {@code names.yaml}. */
  record Names(
      List<String> first,
      List<String> last,
      List<String> onsets,
      List<String> vowels,
      List<String> codas,
      List<String> townStarts,
      List<String> townEnds) {}

  /** {@code pools.yaml}. */
  private static final class Pools extends LinkedHashMap<String, List<String>> {}

  private World(Names names, Map<String, List<String>> pools) {
    this.names = names;
    this.pools = pools;
  }

  /** The one that comes with this package. */
  public static World load() {
    return new World(Resources.read("names", Names.class), Resources.read("pools", Pools.class));
  }

  /** All words of a pool, in its order. */
  public List<String> pool(String name) {
    List<String> pool = pools.get(name);
    if (pool == null) {
      throw new IllegalArgumentException(
          "there is neither a kind of name nor a pool called " + name);
    }
    return pool;
  }

  /** One of a kind, none that the draw has given before. */
  public String one(String kind, Draw draw) {
    return switch (kind) {
      case "first" -> draw.split() == Split.TEST ? inventedFirst(draw) : first(draw);
      case "person" -> person(draw);
      case "town" -> draw.fresh(kind, Split.NAMES, () -> town(draw));
      case "word" -> draw.fresh(kind, Split.NAMES, () -> syllables(draw, draw.between(2, 3)));
      case "country" ->
          draw.fresh(
              kind, Split.NAMES, () -> syllables(draw, 2) + draw.of(List.of("a", "ia", "land")));
      case "company" -> one("word", draw) + " " + draw.of(pool("firm"));
      case "year" -> year(draw, FIRST_YEAR, LAST_YEAR - YEARS_AFTER);
      case "number" -> draw.fresh(kind, Split.NAMES, () -> "" + draw.between(12, 980));
      case "large" -> "" + draw.between(21, 999);
      case "price" -> draw.fresh(kind, Split.NAMES, () -> price(draw));
      case "email" -> email(draw);
      default -> draw.fresh(pool(kind));
    };
  }

  /**
   * Values for slots.
   *
   * @param slots name to kind, drawn in this order; a kind such as {@code n|first} is a form of the
   *     slot n before it, and the kind {@code later} is a year after the slot year's
   */
  public Map<String, String> draw(Map<String, String> slots, Draw draw) {
    Map<String, String> values = new LinkedHashMap<>();
    slots.forEach((slot, kind) -> values.put(slot, value(kind, values, draw)));
    return values;
  }

  private String value(String kind, Map<String, String> before, Draw draw) {
    if (kind.contains("|")) {
      return new Template("{" + kind + "}").with(before);
    }
    return kind.equals("later")
        ? year(draw, Integer.parseInt(before.get("year")) + 1, LAST_YEAR)
        : one(kind, draw);
  }

  private static String year(Draw draw, int first, int last) {
    return draw.fresh("year", Split.NAMES, () -> "" + draw.between(first, last));
  }

  /** Two names that belong to one split together, whatever they do alone. */
  private String person(Draw draw) {
    while (true) {
      String name = first(draw) + " " + last(draw);
      if (Split.of("person:" + name, Split.NAMES) == draw.split()) {
        return name;
      }
    }
  }

  private String first(Draw draw) {
    return draw.chance(REAL_FIRST) ? draw.fresh(names.first()) : inventedFirst(draw);
  }

  private String inventedFirst(Draw draw) {
    return draw.fresh("first", Split.NAMES, () -> syllables(draw, 2));
  }

  private String last(Draw draw) {
    return draw.chance(REAL_LAST)
        ? draw.fresh(names.last())
        : draw.fresh("last", Split.NAMES, () -> syllables(draw, draw.between(2, 3)));
  }

  private String town(Draw draw) {
    return draw.chance(COMPOUND_TOWN)
        ? draw.of(names.townStarts()) + draw.of(names.townEnds())
        : syllables(draw, draw.between(2, 3));
  }

  private static String price(Draw draw) {
    String cents = draw.chance(0.5) ? "" : "." + draw.of(List.of("25", "50", "75", "99"));
    return "$" + draw.between(1, 99) + cents;
  }

  private String email(Draw draw) {
    String last = last(draw).toLowerCase(Locale.ROOT);
    String name = draw.chance(0.5) ? last : first(draw).toLowerCase(Locale.ROOT) + "." + last;
    return name + "@" + draw.of(pool("mailbox")) + "." + draw.of(pool("suffix"));
  }

  private String syllables(Draw draw, int count) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < count; i++) {
      if (i > 0 || draw.chance(0.85)) {
        word.append(draw.of(names.onsets()));
      }
      word.append(draw.of(names.vowels()));
    }
    if (draw.chance(0.75)) {
      word.append(draw.of(names.codas()));
    }
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }
}
