package dev.dolly.engine.example;

import java.util.Arrays;

/**
 * One record ready for training: the whole prompt and its answer as ids. The loss counts the ids
 * from {@code firstLabel} on, each predicted from those before it.
 *
 * @param id of the record, for messages and lineage
 * @param ids prompt and completion, no padding
 * @param firstLabel index of the completion's first id, at least 1
 */
public record Example(String id, int[] ids, int firstLabel) {
  public Example {
    ids = ids.clone();
    if (firstLabel < 1 || firstLabel >= ids.length) {
      throw new IllegalArgumentException(
          "%s: %d ids, the first label at %d: there must be a prompt and a completion"
              .formatted(id, ids.length, firstLabel));
    }
  }

  @Override
  public int[] ids() {
    return ids.clone();
  }

  /** Length in tokens. */
  public int tokens() {
    return ids.length;
  }

  /** How many of them the loss counts. */
  public int labels() {
    return ids.length - firstLabel;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Example o
        && id.equals(o.id)
        && firstLabel == o.firstLabel
        && Arrays.equals(ids, o.ids);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "Example[%s, %d tokens, %d labels]".formatted(id, tokens(), labels());
  }
}
