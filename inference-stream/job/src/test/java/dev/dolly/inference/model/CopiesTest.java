package dev.dolly.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CopiesTest {
  @Test
  void eachKnowsHowManyAreStillToCome() throws Exception {
    try (Copies first = Copies.of("job");
        Copies second = Copies.of("job");
        Copies other = Copies.of("another job")) {
      assertThat(first.<Integer>load("7", copies -> copies)).isEqualTo(2);
      assertThat(second.<Integer>load("7", copies -> copies)).isEqualTo(1);
      assertThat(second.<Integer>load("8", copies -> copies)).isEqualTo(2);
      assertThat(other.<Integer>load("7", copies -> copies)).isEqualTo(1);
    }
    try (Copies again = Copies.of("job")) {
      assertThat(again.<Integer>load("7", copies -> copies)).as("the others left").isEqualTo(1);
    }
  }

  @Test
  void whatWasRefusedIsStillToCome() throws Exception {
    try (Copies first = Copies.of("job");
        Copies second = Copies.of("job")) {
      assertThatThrownBy(
              () ->
                  first.load(
                      "7",
                      copies -> {
                        throw new RefusedCheckpointException(
                            ErrorCode.CHECKPOINT_TOO_LARGE, "for a test");
                      }))
          .isInstanceOf(RefusedCheckpointException.class);
      assertThat(second.<Integer>load("7", copies -> copies)).isEqualTo(2);
    }
  }

  @Test
  void oneLoadsAtATime() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Copies first = Copies.of("job");
        Copies second = Copies.of("job")) {
      Future<Integer> one =
          threads.submit(
              () ->
                  first.<Integer>load(
                      "7",
                      copies -> {
                        loading.countDown();
                        mayEnd.await();
                        return copies;
                      }));
      loading.await();
      Future<Integer> two = threads.submit(() -> second.<Integer>load("7", copies -> copies));
      mayEnd.countDown();
      assertThat(one.get()).isEqualTo(2);
      assertThat(two.get()).as("knows what the first has loaded").isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }
}
