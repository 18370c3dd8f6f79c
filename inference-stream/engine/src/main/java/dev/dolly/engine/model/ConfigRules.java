package dev.dolly.engine.model;

/** What the numbers of any architecture here must obey. */
final class ConfigRules {
  private ConfigRules() {}

  /**
   * Called last in a record's constructor, with its parameters.
   *
   * @throws IllegalArgumentException with the values that do not go together
   */
  static void check(
      int vocabSize,
      int hiddenSize,
      int layers,
      int heads,
      int intermediateSize,
      int rotaryDims,
      double rotaryBase,
      double layerNormEps,
      int window) {
    positive("vocabulary size", vocabSize);
    positive("hidden size", hiddenSize);
    positive("number of layers", layers);
    positive("number of heads", heads);
    positive("feed-forward size", intermediateSize);
    positive("number of positions", window);
    require(
        hiddenSize % heads == 0,
        "hidden size " + hiddenSize + " is not a multiple of " + heads + " heads");
    int headDim = hiddenSize / heads;
    require(
        rotaryDims > 0 && rotaryDims <= headDim && rotaryDims % 2 == 0,
        "rotary dimensions must be even and at most the head's " + headDim + ": " + rotaryDims);
    require(
        rotaryBase > 1 && Double.isFinite(rotaryBase),
        "the rotary base must be above 1: " + rotaryBase);
    require(
        layerNormEps > 0 && Double.isFinite(layerNormEps),
        "the layer norm's epsilon must be positive: " + layerNormEps);
  }

  private static void positive(String what, int value) {
    require(value > 0, "the " + what + " must be positive: " + value);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
