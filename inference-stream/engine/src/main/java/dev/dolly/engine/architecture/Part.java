package dev.dolly.engine.architecture;

/**
 * What one of several devices has of a model: a share of each layer's heads, of its feed-forward
 * columns and of the vocabulary. Shares differ by one unit at most.
 *
 * @param rank from 0
 * @param of how many there are, at least 1
 */
public record Part(int rank, int of) {
  /** All of it, on one device. */
  public static final Part WHOLE = new Part(0, 1);

  public Part {
    if (rank < 0 || rank >= of) {
      throw new IllegalArgumentException("there is no part %d of %d".formatted(rank, of));
    }
  }

  /** The first of so many units that is its own. */
  public long from(long units) {
    return units * rank / of;
  }

  /** The first unit behind its own. */
  public long to(long units) {
    return units * (rank + 1) / of;
  }

  /** How many of them it has. */
  public long share(long units) {
    return to(units) - from(units);
  }
}
