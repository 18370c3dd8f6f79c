package dev.dolly.engine.scoring;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import dev.dolly.engine.scoring.Targets.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Log-likelihoods of given sequences, many in one pass, without padding.
 *
 * <p>Owns a cache of one pass. One thread at a time, after {@link LanguageModel#prepareThread()} on
 * it.
 */
public final class Scorer implements AutoCloseable {
  /** Rows of logits held at once: bounds memory at 50,000 ids a row. */
  private static final int ROWS = 128;

  /** Enough for matrix products to run at full speed. */
  private static final int PASS_TOKENS = 2048;

  private final LanguageModel model;
  private final int maxSequences;
  private final KvCache cache;

  /** One whose passes are bounded by their tokens alone. */
  public Scorer(LanguageModel model) {
    this(model, Integer.MAX_VALUE);
  }

  /**
   * @param maxSequences of one pass; those of one group are computed together all the same
   */
  public Scorer(LanguageModel model, int maxSequences) {
    this.model = model;
    this.maxSequences = maxSequences;
    this.cache = model.newCache(model.cacheBytesPerToken() * Math.max(PASS_TOKENS, model.window()));
  }

  /**
   * Scores each by itself.
   *
   * @return one score a sequence, in their order
   * @throws IllegalArgumentException for one that is longer than the window and one token
   */
  public List<Score> score(List<TokenSequence> sequences) {
    return score(sequences.stream().map(List::of).toList(), Listener.NONE).stream()
        .map(scores -> scores.get(0))
        .toList();
  }

  /**
   * Scores groups of sequences; what those of a group begin with in common is computed once.
   *
   * @param groups none of them empty
   * @param listener hears of each pass
   * @return a score for each sequence of each group, in their order
   * @throws IllegalArgumentException for a sequence that is longer than the window and one token
   */
  public List<List<Score>> score(List<List<TokenSequence>> groups, Listener listener) {
    List<Score> flat = new ArrayList<>();
    Pass pass = new Pass();
    try {
      for (List<TokenSequence> alternatives : groups) {
        for (Group group : fitting(alternatives)) {
          if (!pass.take(group)) {
            flat.addAll(pass.run());
            listener.scored(flat.size());
            pass = new Pass();
            pass.take(group);
          }
        }
      }
      flat.addAll(pass.run());
      listener.scored(flat.size());
    } finally {
      pass.close();
    }
    List<List<Score>> scores = new ArrayList<>();
    int at = 0;
    for (List<TokenSequence> alternatives : groups) {
      scores.add(List.copyOf(flat.subList(at, at + alternatives.size())));
      at += alternatives.size();
    }
    return scores;
  }

  /** Hears how far it is, on the thread that computes. */
  @FunctionalInterface
  public interface Listener {
    Listener NONE = sequences -> {};

    /** So many sequences, from the first on, have their score. */
    void scored(int sequences);
  }

  /** As one group, or each by itself where that is too long for a pass. */
  private List<Group> fitting(List<TokenSequence> alternatives) {
    for (TokenSequence sequence : alternatives) {
      if (sequence.inputs() > model.window()) {
        throw new IllegalArgumentException(
            "%s: the model's window is %d".formatted(sequence, model.window()));
      }
    }
    Group together = Group.of(alternatives);
    return together.tokens() <= cache.size()
        ? List.of(together)
        : alternatives.stream().map(each -> Group.of(List.of(each))).toList();
  }

  /** What is computed together. */
  private final class Pass implements AutoCloseable {
    private final RaggedBatch batch = new RaggedBatch();
    private final Targets targets = new Targets();
    private final List<Span> spans = new ArrayList<>();

    /** Whether there is room for the group; an empty pass has it. */
    boolean take(Group group) {
      int sequences = targets.sequences() + group.sequences().size();
      if (!spans.isEmpty() && sequences > maxSequences) {
        return false;
      }
      Optional<Span> span = cache.reserve(group.tokens());
      span.ifPresent(
          place -> {
            spans.add(place);
            group.add(batch, place, targets);
          });
      return span.isPresent();
    }

    List<Score> run() {
      Targets.Sums sums = new Targets.Sums(targets.sequences());
      try (PtNDManager scope = model.newScope()) {
        if (batch.tokens() > 0) {
          read(scope, model.hidden(scope, batch, cache), targets, sums);
        }
      } finally {
        close();
      }
      return sums.scores();
    }

    @Override
    public void close() {
      spans.forEach(cache::release);
      spans.clear();
    }
  }

  private void read(PtNDManager scope, PtNDArray hidden, Targets targets, Targets.Sums sums) {
    long[] rows = targets.rows();
    for (int from = 0; from < rows.length; from += ROWS) {
      int to = Math.min(rows.length, from + ROWS);
      List<Target> wanted = targets.at(from, to);
      try (PtNDManager part = (PtNDManager) scope.newSubManager()) {
        PtNDArray logits = model.logits(part, hidden, Arrays.copyOfRange(rows, from, to));
        long[] pairs = new long[2 * wanted.size()];
        for (int i = 0; i < wanted.size(); i++) {
          pairs[i] = wanted.get(i).place() - from;
          pairs[wanted.size() + i] = wanted.get(i).id();
        }
        PtNDArray asked = (PtNDArray) part.create(pairs, new Shape(2, wanted.size()));
        try (IValue l = IValue.from(logits);
            IValue a = IValue.from(asked)) {
          double[] flat = model.script().tensor(part, "score", l, a).toDoubleArray();
          for (int i = 0; i < wanted.size(); i++) {
            sums.add(wanted.get(i), flat[i], flat[wanted.size() + i] != 0);
          }
        }
      }
    }
  }

  @Override
  public void close() {
    cache.close();
  }
}
