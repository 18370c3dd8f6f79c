package dev.dolly.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChunkedAnswerTest {
  private final ChunkedAnswer answer = new ChunkedAnswer();

  @Test
  void chunksLieEndToEnd() {
    answer.add(1, 0, "The ");
    answer.add(1, 1, "answer");
    assertThat(answer.text()).isEqualTo("The answer");
  }

  @Test
  void aChunkThatComesTwiceCountsOnce() {
    answer.add(1, 0, "a");
    answer.add(1, 0, "a");
    assertThat(answer.text()).isEqualTo("a");
  }

  @Test
  void aHigherAttemptVoidsTheLowerOnesFromItsIndexOn() {
    answer.add(1, 0, "kept ");
    answer.add(1, 1, "void ");
    answer.add(1, 2, "void too");
    answer.add(2, 1, "new");
    assertThat(answer.text()).isEqualTo("kept new");
  }

  @Test
  void aLateChunkOfALowerAttemptStaysVoid() {
    answer.add(1, 0, "kept ");
    answer.add(2, 1, "new");
    answer.add(1, 2, " void");
    answer.add(1, 1, "void");
    assertThat(answer.text()).isEqualTo("kept new");
  }

  @Test
  void textBehindAGapIsNotShown() {
    answer.add(1, 0, "a");
    answer.add(1, 2, "c");
    assertThat(answer.text()).isEqualTo("a");
    answer.add(1, 1, "b");
    assertThat(answer.text()).isEqualTo("abc");
  }
}
