package dev.dolly.training.zero;

/**
 * Start values for training without a base model: matrices N(0, deviation), norms 1, biases 0.
 *
 * @param standardDeviation of matrices
 * @param previousTokenHeads whether biases turn the first block's heads to the tokens 1, 1, 2, 3 …
 *     places before: with them a small model learns to copy soon (GPT-NeoX only)
 * @param headFromEmbedding whether the output head starts as a copy of the embedding
 */
public record StartValues(
    double standardDeviation, boolean previousTokenHeads, boolean headFromEmbedding) {
  public StartValues {
    if (!(standardDeviation > 0 && standardDeviation < 10)) {
      throw new IllegalArgumentException(
          "the standard deviation of start values is above 0 and small: " + standardDeviation);
    }
  }
}
