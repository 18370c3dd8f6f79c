package dev.dolly.engine.batch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.torch.TorchScript;
import java.util.Arrays;

/**
 * The log-probabilities that a step's requests ask for. Filled row by row by the thread that steps.
 */
final class Logprobs {
  private static final int NUMBERS = 3; // a row: its place, the id chosen, how many tops

  private final int vocabulary;
  private final long[] wanted;
  private int count;

  Logprobs(int maxRows, int vocabulary) {
    this.wanted = new long[NUMBERS * maxRows];
    this.vocabulary = vocabulary;
  }

  void clear() {
    count = 0;
  }

  /**
   * @param row of the logits; all of it finite
   * @param top how many of the likeliest ids are wanted beside the chosen one
   */
  void add(int row, long chosenId, int top) {
    int at = NUMBERS * count++;
    wanted[at] = row;
    wanted[at + 1] = chosenId;
    wanted[at + 2] = Math.min(top, vocabulary);
  }

  /**
   * One for each row added, in that order.
   *
   * @param logits {@code [rows, vocabulary]} fp32
   */
  TokenLogprob[] compute(TorchScript script, PtNDManager scope, PtNDArray logits) {
    if (count == 0) {
      return new TokenLogprob[0];
    }
    double[] flat;
    try (IValue x = IValue.from(logits);
        IValue which = IValue.listFrom(Arrays.copyOf(wanted, NUMBERS * count))) {
      flat = script.tensor(scope, "logprobs", x, which).toDoubleArray();
    }
    TokenLogprob[] logprobs = new TokenLogprob[count];
    int at = 0;
    for (int i = 0; i < count; i++) {
      int top = (int) wanted[NUMBERS * i + 2];
      int ids = at + 1;
      int values = ids + top;
      int[] topIds = new int[top];
      for (int k = 0; k < top; k++) {
        topIds[k] = (int) flat[ids + k];
      }
      logprobs[i] =
          new TokenLogprob(flat[at], topIds, Arrays.copyOfRange(flat, values, values + top));
      at = values + top;
    }
    return logprobs;
  }
}
