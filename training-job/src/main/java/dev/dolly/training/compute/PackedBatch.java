package dev.dolly.training.compute;

import dev.dolly.engine.example.Example;
import java.util.List;

/**
 * Some examples laid end to end, without padding.
 *
 * @param ids of all tokens
 * @param positions of each token in its example
 * @param lengths of the examples
 * @param rows the tokens that predict labels
 * @param targets what they should predict
 */
public record PackedBatch(
    long[] ids, long[] positions, long[] lengths, long[] rows, long[] targets) {

  public static PackedBatch of(List<Example> examples) {
    int tokens = examples.stream().mapToInt(Example::tokens).sum();
    int labels = examples.stream().mapToInt(Example::labels).sum();
    long[] ids = new long[tokens];
    long[] positions = new long[tokens];
    long[] lengths = new long[examples.size()];
    long[] rows = new long[labels];
    long[] targets = new long[labels];
    int token = 0;
    int label = 0;
    for (int i = 0; i < lengths.length; i++) {
      Example example = examples.get(i);
      int[] own = example.ids();
      lengths[i] = own.length;
      for (int position = 0; position < own.length; position++, token++) {
        ids[token] = own[position];
        positions[token] = position;
        if (position >= example.firstLabel()) {
          rows[label] = token - 1;
          targets[label++] = own[position];
        }
      }
    }
    return new PackedBatch(ids, positions, lengths, rows, targets);
  }

  public int tokens() {
    return ids.length;
  }

  public int labels() {
    return targets.length;
  }
}
