package dev.dolly.engine.scoring;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.RaggedBatch;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import dev.dolly.engine.text.PythonSpace;
import dev.dolly.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * Log-likelihoods as EleutherAI's lm-evaluation-harness defines them for Hugging Face models: white
 * space at a context's end moves to the continuation, both are encoded together, what does not fit
 * the window is cut off at the left. A context of nothing but white space counts as empty (the
 * harness cannot score it).
 *
 * <p>Owns a cache of one window. One thread at a time, after {@link LanguageModel#prepareThread()}
 * on it.
 */
public final class Scorer implements AutoCloseable {
  /** Rows of logits held at once: bounds memory at 50,000 ids a row. */
  private static final int ROWS = 128;

  private final LanguageModel model;
  private final KvCache cache;

  public Scorer(LanguageModel model) {
    this.model = model;
    this.cache = model.newCache(model.cacheBytesPerToken() * model.window());
  }

  /**
   * Scores continuations of one context.
   *
   * @return one score a continuation, in their order
   * @throws IllegalArgumentException for a continuation without tokens, or with more than the
   *     window holds
   */
  public List<Score> score(String context, List<String> continuations) {
    List<Encoded> all = continuations.stream().map(c -> encode(context, c)).toList();
    List<Score> scores = new ArrayList<>();
    for (int from = 0; from < all.size(); ) {
      int to = from + 1;
      int tokens = all.get(from).input().length;
      while (to < all.size() && tokens + all.get(to).input().length <= cache.size()) {
        tokens += all.get(to++).input().length;
      }
      scores.addAll(score(all.subList(from, to)));
      from = to;
    }
    return scores;
  }

  /**
   * One continuation, ready to be computed.
   *
   * @param input all tokens but the last
   * @param targets the continuation's tokens, each predicted at one of the last rows of the input
   */
  private record Encoded(int[] input, int[] targets) {}

  private Encoded encode(String context, String continuation) {
    Tokenizer tokenizer = model.tokenizer();
    int[] before;
    int[] targets;
    String stripped = PythonSpace.stripTrailing(context);
    String moved = context.substring(stripped.length()) + continuation;
    if (stripped.isEmpty()) {
      OptionalInt prefix = tokenizer.prefixId();
      before =
          new int[] {
            prefix.orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the context is empty, and the tokenizer has no begin or end token"))
          };
      targets = tokenizer.encode(moved);
    } else {
      before = tokenizer.encode(stripped);
      int[] whole = tokenizer.encode(stripped + moved);
      targets = Arrays.copyOfRange(whole, Math.min(before.length, whole.length), whole.length);
    }
    if (targets.length == 0) {
      throw new IllegalArgumentException("the continuation has no tokens of its own");
    }
    if (targets.length > model.window()) {
      throw new IllegalArgumentException(
          "the continuation has %d tokens; the model's window is %d"
              .formatted(targets.length, model.window()));
    }
    int[] whole = Arrays.copyOf(before, before.length + targets.length);
    System.arraycopy(targets, 0, whole, before.length, targets.length);
    int from = Math.max(0, whole.length - (model.window() + 1));
    return new Encoded(Arrays.copyOfRange(whole, from, whole.length - 1), targets);
  }

  private List<Score> score(List<Encoded> group) {
    RaggedBatch batch = new RaggedBatch();
    List<Long> rows = new ArrayList<>();
    List<Long> targets = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    double[][] scored;
    try (PtNDManager scope = model.newScope()) {
      for (Encoded encoded : group) {
        int length = encoded.input().length;
        Span span = cache.reserve(length).orElseThrow();
        spans.add(span);
        batch.add(encoded.input(), 0, length, 0, span);
        for (int i = 0; i < encoded.targets().length; i++) {
          rows.add((long) batch.tokens() - encoded.targets().length + i);
          targets.add((long) encoded.targets()[i]);
        }
      }
      scored = score(scope, model.hidden(scope, batch, cache), longs(rows), longs(targets));
    } finally {
      spans.forEach(cache::release);
    }
    List<Score> scores = new ArrayList<>();
    int at = 0;
    for (Encoded encoded : group) {
      double sum = 0;
      boolean greedy = true;
      for (int i = 0; i < encoded.targets().length; i++, at++) {
        sum += scored[0][at];
        greedy &= scored[1][at] != 0;
      }
      scores.add(new Score(sum, greedy));
    }
    return scores;
  }

  /** Log-probability of each target, and 1 where it is the likeliest. */
  private double[][] score(PtNDManager scope, PtNDArray hidden, long[] rows, long[] targets) {
    double[][] scored = new double[2][rows.length];
    for (int from = 0; from < rows.length; from += ROWS) {
      int to = Math.min(rows.length, from + ROWS);
      try (PtNDManager part = (PtNDManager) scope.newSubManager()) {
        PtNDArray logits = model.logits(part, hidden, Arrays.copyOfRange(rows, from, to));
        PtNDArray wanted =
            (PtNDArray) part.create(Arrays.copyOfRange(targets, from, to), new Shape(to - from));
        try (IValue l = IValue.from(logits);
            IValue t = IValue.from(wanted)) {
          double[] flat = model.script().tensor(part, "score", l, t).toDoubleArray();
          System.arraycopy(flat, 0, scored[0], from, to - from);
          System.arraycopy(flat, to - from, scored[1], from, to - from);
        }
      }
    }
    return scored;
  }

  private static long[] longs(List<Long> values) {
    return values.stream().flatMapToLong(LongStream::of).toArray();
  }

  @Override
  public void close() {
    cache.close();
  }
}
