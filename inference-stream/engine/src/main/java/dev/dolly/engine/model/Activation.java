package dev.dolly.engine.model;

import java.util.Optional;

/** The non-linearity of the feed-forward part, by what it computes. */
public enum Activation {
  /** Exact: {@code x Φ(x)} with the error function. */
  GELU("gelu", "gelu_python"),
  /**
   * With {@code tanh}: {@code 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))}. Hugging Face's four
   * spellings differ in rounding alone.
   */
  GELU_TANH("gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_accurate"),
  RELU("relu");

  private final String[] names;

  Activation(String... names) {
    this.names = names;
  }

  /** The first of the names that configurations use for it. */
  public String configName() {
    return names[0];
  }

  /** By a configuration's name; empty where it is none of these. */
  public static Optional<Activation> ofConfig(String name) {
    for (Activation activation : values()) {
      for (String known : activation.names) {
        if (known.equals(name)) {
          return Optional.of(activation);
        }
      }
    }
    return Optional.empty();
  }
}
