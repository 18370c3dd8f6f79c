package dev.dolly.training.order;

import dev.dolly.engine.example.Example;

/** When a global batch, over all devices and accumulated micro-batches, is full. */
public sealed interface BatchSize {
  /** What an example adds to a batch. */
  int weight(Example example);

  /** What a batch holds at most; an example that weighs more has one of its own. */
  int limit();

  /**
   * So many examples.
   *
   * @param limit at least 1
   */
  record Examples(int limit) implements BatchSize {
    public Examples {
      requirePositive(limit);
    }

    @Override
    public int weight(Example example) {
      return 1;
    }
  }

  /**
   * As many examples as have so many tokens.
   *
   * @param limit at least 1
   */
  record Tokens(int limit) implements BatchSize {
    public Tokens {
      requirePositive(limit);
    }

    @Override
    public int weight(Example example) {
      return example.tokens();
    }
  }

  private static void requirePositive(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a batch must hold at least 1: " + limit);
    }
  }
}
