package dev.dolly.engine.scoring;

import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.cache.Span;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences of which what they begin with in common, the trunk, is computed once: choices after
 * their question.
 *
 * @param trunk tokens of it; all of a sequence that is alone
 */
record Group(List<TokenSequence> sequences, int trunk) {

  static Group of(List<TokenSequence> sequences) {
    TokenSequence first = sequences.get(0);
    int trunk = first.inputs();
    for (TokenSequence other : sequences) {
      trunk = Math.min(trunk, common(first, other));
    }
    return new Group(List.copyOf(sequences), trunk);
  }

  /** How many inputs both begin with. */
  private static int common(TokenSequence a, TokenSequence b) {
    int most = Math.min(a.inputs(), b.inputs());
    int at = Arrays.mismatch(a.ids(), 0, most, b.ids(), 0, most);
    return at < 0 ? most : at;
  }

  /** Rows of the batch that it takes. */
  int tokens() {
    int branches = 0;
    for (TokenSequence sequence : sequences) {
      branches += sequence.inputs() - trunk;
    }
    return trunk + branches;
  }

  /** Adds it to a batch, and what is to be read there. */
  void add(RaggedBatch batch, Span span, Targets targets) {
    int first = batch.tokens();
    int[] ids = new int[tokens()];
    int[] branches = new int[sequences.size()];
    System.arraycopy(sequences.get(0).ids(), 0, ids, 0, trunk);
    int end = trunk;
    for (int s = 0; s < branches.length; s++) {
      TokenSequence sequence = sequences.get(s);
      branches[s] = sequence.inputs() - trunk;
      System.arraycopy(sequence.ids(), trunk, ids, end, branches[s]);
      targets.begin();
      for (int target = sequence.firstTarget(); target < sequence.ids().length; target++) {
        int input = target - 1; // it is predicted there
        targets.add(first + (input < trunk ? input : end + input - trunk), sequence.ids()[target]);
      }
      end += branches[s];
    }
    batch.addBranches(ids, trunk, branches, span);
  }
}
