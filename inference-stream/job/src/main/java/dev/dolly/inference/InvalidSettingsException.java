package dev.dolly.inference;

import java.util.List;

/** Settings that cannot be used, all reasons in one message. */
public final class InvalidSettingsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  InvalidSettingsException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line for each problem, naming the key. */
  public List<String> problems() {
    return problems;
  }
}
