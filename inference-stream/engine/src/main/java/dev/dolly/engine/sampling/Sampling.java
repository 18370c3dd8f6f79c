package dev.dolly.engine.sampling;

/**
 * How the next id is chosen, in the order of Hugging Face's {@code generate}: temperature, top-k,
 * top-p, softmax, one draw.
 *
 * @param doSample false: argmax, the lowest id wins a tie
 * @param temperature 0 is greedy
 * @param topP in (0, 1]; the smallest set of ids whose probability reaches it is kept
 * @param topK 0 is off
 */
public record Sampling(boolean doSample, double temperature, double topP, int topK) {
  public static final Sampling GREEDY = new Sampling(false, 1.0, 1.0, 0);

  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature must be 0 or more: " + temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top_p must be in (0, 1]: " + topP);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k must be 0 or more: " + topK);
    }
  }

  /** Whether this is argmax. */
  public boolean greedy() {
    return !doSample || temperature == 0;
  }
}
