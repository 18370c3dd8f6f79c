package dev.dolly.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.Fixture;
import dev.dolly.engine.LanguageModel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Draws over a vocabulary of real size, against a straightforward one in doubles. */
class DrawsTest {
  private static final int VOCABULARY = 20_000;

  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = Fixture.all().get(0).load();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void flatAndPeakedRowsInOneBatchEachFollowTheirOwnSampling() {
    Sampling[] samplings = {
      new Sampling(true, 1.0, 0.92, 0),
      new Sampling(true, 0.7, 0.5, 40),
      new Sampling(true, 1.0, 1.0, 0),
      new Sampling(true, 2.0, 0.999, 3000),
      Sampling.GREEDY,
      new Sampling(true, 0.0, 0.9, 0),
    };
    // 0.05: nearly uniform, the nucleus is most of the vocabulary; 4: a few ids hold nearly all
    for (double spread : new double[] {0.05, 1, 4}) {
      float[][] rows = new float[samplings.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = gaussian(i, spread);
      }
      int agreed = 0;
      int steps = 50;
      for (int step = 0; step < steps; step++) {
        long[] chosen = choose(samplings, rows, step);
        for (int i = 0; i < rows.length; i++) {
          agreed += chosen[i] == expected(rows[i], samplings[i], 11 + i, step) ? 1 : 0;
        }
      }
      // a draw that falls on a boundary may go either way in fp32
      assertThat(agreed).isGreaterThanOrEqualTo(steps * rows.length - 3);
    }
  }

  @Test
  void aRowDrawsTheSameInAnyCompany() {
    Sampling sampling = new Sampling(true, 1.0, 0.92, 0);
    float[] peaked = gaussian(1, 4);
    float[] flat = gaussian(2, 0.05);
    for (int step = 0; step < 20; step++) {
      long alone = choose(new Sampling[] {sampling}, new float[][] {peaked}, step)[0];
      long[] together =
          choose(
              new Sampling[] {sampling, Sampling.GREEDY, sampling},
              new float[][] {peaked, flat, flat},
              step);
      assertThat(together[0]).isEqualTo(alone);
    }
  }

  @Test
  void aFixedShapeChoosesAsAnyOtherDoes() {
    Sampling[] samplings = {
      new Sampling(true, 1.0, 0.92, 0),
      Sampling.GREEDY,
      new Sampling(true, 1.0, 1.0, 0),
      new Sampling(true, 2.0, 0.999, 3000),
      new Sampling(true, 0.0, 0.9, 0),
    };
    // 0.05: several rows need the whole vocabulary looked at
    for (double spread : new double[] {0.05, 4}) {
      float[][] rows = new float[samplings.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = gaussian(20 + i, spread);
      }
      for (int step = 0; step < 20; step++) {
        assertThat(choose(Draws.ofFixedShape(rows.length), samplings, rows, step))
            .isEqualTo(choose(samplings, rows, step));
      }
    }
  }

  @Test
  void inAFixedShapeTheLowestIdWinsAGreedyTieToo() {
    float[] row = new float[VOCABULARY];
    row[17] = 3;
    row[400] = 3;
    assertThat(
            choose(Draws.ofFixedShape(1), new Sampling[] {Sampling.GREEDY}, new float[][] {row}, 0)[
                0])
        .isEqualTo(17);
  }

  @Test
  void theLowestIdWinsAGreedyTie() {
    float[] row = new float[VOCABULARY];
    row[17] = 3;
    row[400] = 3;
    assertThat(choose(new Sampling[] {Sampling.GREEDY}, new float[][] {row}, 0)[0]).isEqualTo(17);
  }

  @Test
  void aRowWithANanIsFlaggedAndItsNeighboursAreNot() {
    float[] bad = gaussian(3, 1);
    bad[5] = Float.NaN;
    float[] good = gaussian(4, 1);
    Sampling sampling = new Sampling(true, 1.0, 0.92, 0);
    try (PtNDManager scope = model.newScope()) {
      Draws draws = Draws.ofAnyShape(2);
      draws.add(sampling, 1, 0);
      draws.add(sampling, 12, 0);
      Draws.Chosen chosen = draws.choose(model.script(), scope, logits(scope, bad, good));
      assertThat(chosen.finite()).containsExactly(false, true);
      assertThat(chosen.ids()[1]).isEqualTo(expected(good, sampling, 12, 0));
    }
  }

  @Test
  void noLegalTemperatureAndNoInfinityBreaksADrawOrItsNeighbours() {
    float[] infinite = gaussian(3, 1);
    infinite[5] = Float.POSITIVE_INFINITY;
    float[] good = gaussian(4, 1);
    Sampling plain = new Sampling(true, 1.0, 0.92, 0);
    try (PtNDManager scope = model.newScope()) {
      Draws draws = Draws.ofAnyShape(4);
      draws.add(new Sampling(true, 0.7, 0.92, 0), 1, 0);
      draws.add(new Sampling(true, 1e-40, 0.92, 0), 2, 0);
      draws.add(new Sampling(true, 1e300, 1.0, 0), 3, 0);
      draws.add(plain, 12, 0);
      Draws.Chosen chosen =
          draws.choose(model.script(), scope, logits(scope, infinite, good, good, good));
      assertThat(chosen.finite()).containsExactly(false, true, true, true);
      assertThat(chosen.ids()[1])
          .as("so cold that only the likeliest is left")
          .isEqualTo(expected(good, Sampling.GREEDY, 0, 0));
      assertThat(chosen.ids()[2]).isBetween(0L, VOCABULARY - 1L);
      assertThat(chosen.ids()[3]).isEqualTo(expected(good, plain, 12, 0));
    }
  }

  private static long[] choose(Sampling[] samplings, float[][] rows, int step) {
    return choose(Draws.ofAnyShape(rows.length), samplings, rows, step);
  }

  private static long[] choose(Draws draws, Sampling[] samplings, float[][] rows, int step) {
    try (PtNDManager scope = model.newScope()) {
      for (int i = 0; i < rows.length; i++) {
        draws.add(samplings[i], 11 + i, step);
      }
      return draws.choose(model.script(), scope, logits(scope, rows)).ids();
    }
  }

  private static PtNDArray logits(PtNDManager scope, float[]... rows) {
    float[] flat = new float[rows.length * VOCABULARY];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * VOCABULARY, VOCABULARY);
    }
    return (PtNDArray) scope.create(flat, new Shape(rows.length, VOCABULARY));
  }

  private static float[] gaussian(int seed, double spread) {
    Random random = new Random(seed);
    float[] row = new float[VOCABULARY];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (spread * random.nextGaussian());
    }
    return row;
  }

  /** Sort, cut by top-k, softmax, cut by top-p, invert. */
  private static long expected(float[] logits, Sampling sampling, long seed, int step) {
    double temperature = sampling.greedy() ? 1 : sampling.temperature();
    Integer[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -logits[i]))
            .toArray(Integer[]::new);
    if (sampling.greedy()) {
      return order[0];
    }
    int kept = sampling.topK() == 0 ? logits.length : sampling.topK();
    double[] p = new double[kept];
    for (int i = 0; i < kept; i++) {
      p[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
    }
    double all = Arrays.stream(p).sum();
    double mass = 0;
    int nucleus = 0;
    while (nucleus < kept && mass < sampling.topP()) {
      mass += p[nucleus++] / all;
    }
    double draw = CounterRandom.uniform(seed, step) * mass;
    double sum = 0;
    for (int i = 0; i < nucleus; i++) {
      sum += p[i] / all;
      if (draw < sum) {
        return order[i];
      }
    }
    return order[nucleus - 1];
  }
}
