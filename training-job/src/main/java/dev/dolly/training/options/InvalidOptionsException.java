package dev.dolly.training.options;

import java.util.List;

/** Options that cannot be used, all reasons in one message. */
public final class InvalidOptionsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  public InvalidOptionsException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line for each problem, naming the option. */
  public List<String> problems() {
    return problems;
  }
}
