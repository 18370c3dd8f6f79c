package dev.dolly.engine.example;

import java.util.Locale;

/** How many examples are held out for evaluation. */
public sealed interface TestSize {
  /** Of so many examples, this many. */
  int of(int examples);

  /**
   * So many.
   *
   * @param examples 0 or more
   */
  record Count(int examples) implements TestSize {
    public Count {
      if (examples < 0) {
        throw new IllegalArgumentException("must be 0 or more: " + examples);
      }
    }

    @Override
    public int of(int all) {
      return examples;
    }

    @Override
    public String toString() {
      return Integer.toString(examples);
    }
  }

  /**
   * This part, rounded up.
   *
   * @param part between 0 and 1, both exclusive
   */
  record Ratio(double part) implements TestSize {
    public Ratio {
      if (!(part > 0 && part < 1)) {
        throw new IllegalArgumentException("a ratio must be between 0 and 1: " + part);
      }
    }

    @Override
    public int of(int all) {
      return (int) Math.ceil(part * all);
    }

    @Override
    public String toString() {
      return Double.toString(part);
    }
  }

  /** A whole number is a count, another one a ratio. */
  static TestSize parse(String text) {
    return text.strip().matches("[0-9]+")
        ? new Count(Integer.parseInt(text.strip()))
        : new Ratio(Double.parseDouble(text.strip().toLowerCase(Locale.ROOT)));
  }
}
