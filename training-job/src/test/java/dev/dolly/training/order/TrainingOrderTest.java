package dev.dolly.training.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.Shuffle;
import dev.dolly.engine.example.TestSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingOrderTest {
  private static final int SIZE = 103;
  private final List<Example> examples =
      IntStream.range(0, SIZE)
          .mapToObj(i -> new Example("%03d".formatted(i), new int[2 + (i * 37) % 50], 1))
          .toList();

  @Test
  void theSeedAloneMakesTheOrder() {
    List<List<Example>> batches = order(42, 10).epoch(0);

    assertThat(order(42, 10).epoch(0)).isEqualTo(batches);
    assertThat(order(43, 10).epoch(0)).isNotEqualTo(batches);
    assertThat(ids(batches)).isNotEqualTo(ids(List.of(examples)));
  }

  /** A change here would break every run that is to be resumed. */
  @Test
  void theOrderOfASeedNeverChanges() {
    assertThat(new Shuffle(42).permutation(10, 0)).containsExactly(5, 8, 1, 4, 0, 7, 2, 9, 6, 3);
    assertThat(new Shuffle(42).permutation(10, 1)).isNotEqualTo(new Shuffle(42).permutation(10, 0));
  }

  @Test
  void everyPositionIsAsLikelyAsAnyOther() {
    int[][] counts = new int[6][6];
    int runs = 6000;
    for (int seed = 0; seed < runs; seed++) {
      int[] order = new Shuffle(seed).permutation(6, 0);
      for (int i = 0; i < 6; i++) {
        counts[i][order[i]]++;
      }
    }

    for (int[] row : counts) {
      // 1,000 each with a deviation of 29: six of these
      assertThat(java.util.Arrays.stream(row).boxed())
          .allSatisfy(n -> assertThat(n).isBetween(826, 1174));
    }
  }

  @Test
  void eachEpochHasAllExamplesOnceInAnotherOrder() {
    TrainingOrder order = order(42, 10);

    List<String> first = ids(order.epoch(0));
    List<String> second = ids(order.epoch(1));

    assertThat(first).hasSize(SIZE - 3).doesNotHaveDuplicates();
    assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
    assertThat(order.epoch(0)).hasSize(10).allSatisfy(batch -> assertThat(batch).hasSize(10));
    assertThat(order.steps(2)).isEqualTo(20);
  }

  @Test
  void theTailOfTheShuffleIsHeldOut() {
    TrainingOrder order = order(42, 10);

    List<String> all = new ArrayList<>(ids(order.epoch(0)));
    all.addAll(ids(List.of(order.heldOut())));

    assertThat(order.heldOut()).hasSize(3);
    assertThat(all).containsExactlyInAnyOrderElementsOf(ids(List.of(examples)));
    int[] permutation = new Shuffle(42).permutation(SIZE, 0);
    assertThat(ids(List.of(order.heldOut())).get(2))
        .isEqualTo("%03d".formatted(permutation[SIZE - 1]));
  }

  @Test
  void withoutAShuffleTheOrderStays() {
    TrainingOrder order =
        new TrainingOrder(
            examples,
            new OrderSettings(42, false, new TestSize.Count(3), new BatchSize.Examples(8), 0));

    assertThat(ids(order.epoch(0))).isEqualTo(ids(List.of(examples.subList(0, SIZE - 3))));
    assertThat(order.epoch(5)).isEqualTo(order.epoch(0));
    assertThat(order.epoch(0).get(12)).as("what is left makes a batch").hasSize(4);
  }

  @Test
  void whoSortsByIdIsFreeOfPartitions() {
    List<Example> otherwise = new ArrayList<>(examples);
    Collections.shuffle(otherwise, new Random(1));
    otherwise.sort(java.util.Comparator.comparing(Example::id));

    assertThat(new TrainingOrder(otherwise, settings(42, 10)).epoch(0))
        .isEqualTo(order(42, 10).epoch(0));
  }

  @Test
  void batchesOfTokensAreAsFullAsTheyGet() {
    TrainingOrder order =
        new TrainingOrder(
            examples,
            new OrderSettings(42, true, new TestSize.Count(0), new BatchSize.Tokens(60), 0));

    List<List<Example>> batches = order.epoch(0);

    assertThat(ids(batches)).hasSize(SIZE);
    for (int i = 0; i + 1 < batches.size(); i++) {
      int tokens = tokens(batches.get(i));
      assertThat(tokens).isLessThanOrEqualTo(60);
      assertThat(tokens + batches.get(i + 1).get(0).tokens()).isGreaterThan(60);
    }
  }

  @Test
  void anExampleThatFillsMoreThanABatchHasItsOwn() {
    TrainingOrder order =
        new TrainingOrder(
            examples,
            new OrderSettings(42, true, new TestSize.Count(0), new BatchSize.Tokens(1), 0));

    assertThat(order.epoch(0)).hasSize(SIZE);
  }

  @Test
  void lengthWindowsBringLikeToLikeInAnyTurn() {
    TrainingOrder order =
        new TrainingOrder(
            examples,
            new OrderSettings(42, true, new TestSize.Count(3), new BatchSize.Examples(10), 50));

    List<List<Example>> batches = order.epoch(0);

    assertThat(ids(batches)).containsExactlyInAnyOrderElementsOf(ids(order(42, 10).epoch(0)));
    // of 50 lengths in five batches none spans more than half
    assertThat(batches)
        .allSatisfy(
            batch ->
                assertThat(batch.get(batch.size() - 1).tokens() - batch.get(0).tokens())
                    .isLessThan(25));
    assertThat(batches.stream().map(TrainingOrderTest::tokens).toList())
        .isNotEqualTo(batches.stream().map(TrainingOrderTest::tokens).sorted().toList());
  }

  @ParameterizedTest
  @CsvSource({"200,1000,200", "0,1000,0", "0.1,1000,100", "0.1,1001,101", "1e-9,10,1"})
  void testSizeIsACountOrARatio(String text, int examples, int expected) {
    assertThat(TestSize.parse(text).of(examples)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"1.0", "-1", "0.0", "many", "NaN"})
  void refusesOtherTestSizes(String text) {
    assertThatThrownBy(() -> TestSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysWhenNothingIsLeft() {
    assertThatThrownBy(
            () ->
                new TrainingOrder(
                    examples,
                    new OrderSettings(
                        1, true, new TestSize.Count(SIZE), new BatchSize.Examples(1), 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("103 examples are usable and test-size 103 holds out 103");
  }

  private TrainingOrder order(long seed, int batch) {
    return new TrainingOrder(examples, settings(seed, batch));
  }

  private static OrderSettings settings(long seed, int batch) {
    return new OrderSettings(seed, true, new TestSize.Count(3), new BatchSize.Examples(batch), 0);
  }

  private static List<String> ids(List<List<Example>> batches) {
    return batches.stream().flatMap(List::stream).map(Example::id).toList();
  }

  private static int tokens(List<Example> batch) {
    return batch.stream().mapToInt(Example::tokens).sum();
  }
}
