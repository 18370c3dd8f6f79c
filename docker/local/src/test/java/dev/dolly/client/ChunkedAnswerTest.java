package dev.dolly.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.ResponseChunk;
import org.junit.jupiter.api.Test;

class ChunkedAnswerTest {
  private static final ModelRef MODEL = new ModelRef("m", "1", "d", "float32");

  @Test
  void chunksLieEndToEnd() {
    assertThat(answer(chunk(1, 0, "The "), last(1, 1, "answer")).text()).isEqualTo("The answer");
  }

  @Test
  void aChunkThatComesTwiceCountsOnce() {
    assertThat(answer(chunk(1, 0, "a"), chunk(1, 0, "a")).text()).isEqualTo("a");
  }

  @Test
  void aHigherAttemptVoidsTheLowerOnesFromItsIndexOn() {
    ChunkedAnswer answer =
        answer(
            chunk(1, 0, "kept "), chunk(1, 1, "void "), last(1, 2, "void too"), chunk(2, 1, "new"));
    assertThat(answer.text()).isEqualTo("kept new");
    assertThat(answer.isWhole()).isFalse();
  }

  @Test
  void aLateChunkOfALowerAttemptStaysVoid() {
    ChunkedAnswer answer =
        answer(chunk(1, 0, "kept "), last(2, 1, "new"), chunk(1, 2, " void"), chunk(1, 1, "void"));
    assertThat(answer.text()).isEqualTo("kept new");
    assertThat(answer.isWhole()).isTrue();
  }

  @Test
  void textBehindAGapIsNotShown() {
    ChunkedAnswer answer = answer(chunk(1, 0, "a"), last(1, 2, "c"));
    assertThat(answer.text()).isEqualTo("a");
    assertThat(answer.isWhole()).isFalse();
    answer.add(chunk(1, 1, "b"));
    assertThat(answer.text()).isEqualTo("abc");
    assertThat(answer.isWhole()).isTrue();
  }

  @Test
  void withoutItsLastChunkItIsNotWhole() {
    assertThat(answer().isWhole()).isFalse();
    assertThat(answer(chunk(1, 0, "a")).isWhole()).isFalse();
    assertThat(answer(chunk(1, 0, "a"), last(1, 1, "")).isWhole()).isTrue();
  }

  private static ChunkedAnswer answer(ResponseChunk... chunks) {
    ChunkedAnswer answer = new ChunkedAnswer();
    for (ResponseChunk chunk : chunks) {
      answer.add(chunk);
    }
    return answer;
  }

  private static ResponseChunk chunk(long attempt, int index, String text) {
    return new ResponseChunk("id", attempt, index, text, false, MODEL);
  }

  private static ResponseChunk last(long attempt, int index, String text) {
    return new ResponseChunk("id", attempt, index, text, true, MODEL);
  }
}
