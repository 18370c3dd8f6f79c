package dev.dolly.inference.quarantine;

/**
 * What speaks against a prompt.
 *
 * @param deaths of processes in a row while it was computed, without a token gained in between
 * @param tokens the most that it is known to have had; more than these are a gain. Tokens that a
 *     crash undid do not count twice, else a prompt that always kills at its fifth token, before a
 *     checkpoint has it, would clear itself for ever
 */
public record Suspicion(int deaths, int tokens) {
  public static final Suspicion NONE = new Suspicion(0, 0);

  private static final int CERTAIN = 3;

  public Suspicion {
    if (deaths < 0 || tokens < 0) {
      throw new IllegalArgumentException("no count is negative: " + deaths + ", " + tokens);
    }
  }

  /** Whether a process died while it was computed: it is tried alone. */
  public boolean isSuspect() {
    return deaths > 0;
  }

  /** Whether so many did that it is not computed again. */
  public boolean isCertain() {
    return deaths >= CERTAIN;
  }

  Suspicion afterDeath() {
    return new Suspicion(deaths + 1, tokens);
  }

  /** With tokens from a checkpoint, which are no gain. */
  public Suspicion resumedWith(int restored) {
    return restored > tokens ? new Suspicion(deaths, restored) : this;
  }

  /** With so many tokens now: the first gain clears it. */
  public Suspicion reaching(int count) {
    return count > tokens ? new Suspicion(0, count) : this;
  }
}
