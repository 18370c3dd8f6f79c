package dev.dolly.engine.sampling;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.torch.TorchScript;
import java.util.Arrays;

/**
 * Chooses one id for each row of logits. Rows differ in their {@link Sampling}; greedy rows and
 * drawing rows share one call. Filled row by row by the thread that steps.
 */
public final class Draws {
  /** More than any sum of probabilities, also with its rounding. */
  private static final double NO_LIMIT = 2;

  private static final Sampling COLDEST = new Sampling(true, 0, 1, 1);

  private final boolean fixedShape;
  private final long[] sampledRows;
  private final double[] temperature;
  private final double[] topP;
  private final double[] draw;
  private final double[] topK;
  private int rows;
  private int sampled;

  private Draws(int maxRows, boolean fixedShape) {
    this.fixedShape = fixedShape;
    sampledRows = new long[maxRows];
    temperature = new double[maxRows];
    topP = new double[maxRows];
    draw = new double[maxRows];
    topK = new double[maxRows];
  }

  /** Only rows that draw are computed, in one call: fastest. */
  public static Draws ofAnyShape(int maxRows) {
    return new Draws(maxRows, false);
  }

  /**
   * Each row is computed the same way whatever the other rows are, so that its choice is equal to
   * the bit among the same number of rows.
   */
  public static Draws ofFixedShape(int rows) {
    return new Draws(rows, true);
  }

  /**
   * The next row.
   *
   * @param seed the request's
   * @param step how many ids the request has generated so far
   */
  public void add(Sampling sampling, long seed, long step) {
    if (!sampling.greedy()) {
      addDraw(sampling, CounterRandom.uniform(seed, step));
    } else if (fixedShape) {
      addDraw(COLDEST, 0);
    }
    rows++;
  }

  private void addDraw(Sampling sampling, double uniform) {
    sampledRows[sampled] = rows;
    temperature[sampled] = sampling.temperature();
    topP[sampled] = sampling.topP() == 1 ? NO_LIMIT : sampling.topP();
    draw[sampled] = uniform;
    topK[sampled] = sampling.topK();
    sampled++;
  }

  public void clear() {
    rows = 0;
    sampled = 0;
  }

  /** What was chosen: one id a row, and whether the row's logits were all finite. */
  public record Chosen(long[] ids, boolean[] finite) {}

  /**
   * @param logits {@code [rows, vocabulary]} fp32
   */
  public Chosen choose(TorchScript script, PtNDManager scope, PtNDArray logits) {
    try (IValue x = IValue.from(logits);
        IValue which = IValue.listFrom(Arrays.copyOf(sampledRows, sampled));
        IValue scalars = IValue.from(scalars(scope));
        IValue oneByOne = IValue.from(fixedShape)) {
      long[] flat = script.tensor(scope, "choose", x, which, scalars, oneByOne).toLongArray();
      long[] ids = Arrays.copyOf(flat, rows);
      boolean[] finite = new boolean[rows];
      for (int i = 0; i < rows; i++) {
        finite[i] = flat[rows + i] != 0;
      }
      return new Chosen(ids, finite);
    }
  }

  /**
   * The distribution that the one row added is drawn from.
   *
   * @param logits {@code [1, vocabulary]} fp32
   * @return a probability for each id
   */
  public double[] distribution(TorchScript script, PtNDManager scope, PtNDArray logits) {
    try (IValue x = IValue.from(logits);
        IValue scalars = IValue.from(scalars(scope))) {
      return script.tensor(scope, "distribution", x, scalars).toDoubleArray();
    }
  }

  private PtNDArray scalars(PtNDManager scope) {
    double[] all = new double[4 * sampled];
    System.arraycopy(temperature, 0, all, 0, sampled);
    System.arraycopy(topP, 0, all, sampled, sampled);
    System.arraycopy(draw, 0, all, 2 * sampled, sampled);
    System.arraycopy(topK, 0, all, 3 * sampled, sampled);
    return (PtNDArray) scope.create(all, new Shape(4, sampled));
  }
}
