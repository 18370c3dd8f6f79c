package dev.dolly.training.options;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** Options as texts, read one by one while every problem is noted. Used once. */
final class GivenOptions {
  private final Map<TrainingOption, String> given = new EnumMap<>(TrainingOption.class);
  private final List<String> problems = new ArrayList<>();

  GivenOptions(Map<String, String> texts) {
    new TreeMap<>(texts)
        .forEach(
            (key, text) ->
                TrainingOption.find(key)
                    .ifPresentOrElse(
                        option -> given.put(option, text.strip()),
                        () -> problems.add(key + " is no option of training")));
  }

  void problem(String problem) {
    problems.add(problem);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  boolean isGiven(TrainingOption option) {
    return given.containsKey(option);
  }

  /**
   * A value from elsewhere, for an option that was not given; a given one must be the same.
   *
   * @param source who says so, for people
   */
  void supply(TrainingOption option, String text, String source) {
    String said = given.putIfAbsent(option, text);
    if (said != null && !sameNumber(said, text)) {
      problems.add(option.key() + " is " + said + ", but " + source + " says " + text);
    }
  }

  private static boolean sameNumber(String a, String b) {
    try {
      return Double.compare(Double.parseDouble(a), Double.parseDouble(b)) == 0;
    } catch (NumberFormatException e) {
      return a.equals(b);
    }
  }

  /** The text given, else the option's own default. */
  Optional<String> text(TrainingOption option) {
    return Optional.ofNullable(given.get(option))
        .filter(text -> !text.isEmpty())
        .or(option::otherwise);
  }

  boolean flag(TrainingOption option) {
    return value(option, "true or false", GivenOptions::bool).orElse(false);
  }

  int count(TrainingOption option, int least) {
    return whole(option, least, Integer.MAX_VALUE).orElse((long) least).intValue();
  }

  Optional<Long> whole(TrainingOption option, long least, long most) {
    return value(
        option,
        least == Long.MIN_VALUE ? "a whole number" : "a whole number from " + least + " on",
        text -> within(Long.parseLong(text), n -> n >= least && n <= most));
  }

  double number(TrainingOption option, String allowed, Predicate<Double> isAllowed) {
    return value(option, allowed, text -> within(Double.parseDouble(text), isAllowed)).orElse(0.0);
  }

  /**
   * A value that cannot be read counts as the default, so that the rules on others speak.
   *
   * @param parse throws {@link IllegalArgumentException} for what it cannot read
   */
  <V> Optional<V> value(TrainingOption option, String kind, Function<String, V> parse) {
    Optional<String> text = text(option);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return text.map(parse);
    } catch (IllegalArgumentException e) {
      problems.add(option.key() + " must be " + kind + ": " + text.get());
      return option.otherwise().map(parse);
    }
  }

  private static <N> N within(N number, Predicate<N> isAllowed) {
    if (!isAllowed.test(number)) {
      throw new IllegalArgumentException();
    }
    return number;
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }
}
