package dev.dolly.inference.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateTest {
  private Gate gate;

  @AfterEach
  void remove() {
    if (gate != null) {
      gate.remove();
    }
  }

  @Test
  void opensWhenTheFirstOfTooManyPermitsComesBack() {
    gate = Gate.install(2, 0);
    gate.letIn();
    gate.acquire();
    assertThat(gate.isOpen()).isTrue();
    gate.acquire();
    assertThat(gate.isOpen()).isFalse();
    CompletableFuture<Void> opens = gate.whenOpen();
    assertThat(opens).isNotDone().isSameAs(gate.whenOpen());

    gate.release();

    assertThat(opens).isDone();
    assertThat(gate.isOpen()).isTrue();
    assertThat(gate.whenOpen()).isDone();
  }

  @Test
  void staysClosedUntilMoreRestoredRequestsThanTheLimitHaveLeft() {
    gate = Gate.install(2, 5);
    gate.letIn();
    CompletableFuture<Void> opens = gate.whenOpen();
    for (int left = 0; left < 3; left++) {
      gate.release();
      assertThat(opens).isNotDone();
    }
    gate.release();
    assertThat(opens).isDone();
  }

  @Test
  void isClosedUntilWorkMayBegin() {
    gate = Gate.install(2, 0);
    CompletableFuture<Void> opens = gate.whenOpen();
    assertThat(gate.isOpen()).isFalse();
    assertThat(opens).isNotDone();
    gate.letIn();
    assertThat(gate.isOpen()).isTrue();
    assertThat(opens).isDone();
  }

  @Test
  void isDrainedWhenTheLastPermitComesBack() {
    gate = Gate.install(4, 1);
    gate.letIn();
    gate.acquire();
    CompletableFuture<Void> drains = gate.whenDrained();
    gate.release();
    assertThat(drains).isNotDone();
    gate.release();
    assertThat(drains).isDone();
    assertThat(gate.whenDrained()).isDone();
  }

  @Test
  void refusesAPermitThatWasNeverTaken() {
    gate = Gate.install(1, 0);
    gate.letIn();
    assertThatThrownBy(gate::release).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void belongsToOneThread() throws Exception {
    gate = Gate.install(1, 0);
    gate.letIn();
    assertThat(Gate.ofThisTask()).isSameAs(gate);
    CompletableFuture<Throwable> elsewhere = new CompletableFuture<>();
    Thread other =
        new Thread(
            () -> {
              try {
                Gate.ofThisTask();
                elsewhere.complete(null);
              } catch (IllegalStateException e) {
                elsewhere.complete(e);
              }
            });
    other.start();
    other.join();
    assertThat(elsewhere.get()).hasMessageContaining("not chained to the generate operator");
  }

  @Test
  void isOneForATask() {
    gate = Gate.install(1, 0);
    gate.letIn();
    assertThatThrownBy(() -> Gate.install(1, 0)).hasMessageContaining("has a gate already");
    gate.remove();
    assertThatThrownBy(Gate::ofThisTask).isInstanceOf(IllegalStateException.class);
    Gate next = Gate.install(1, 0);
    gate.remove(); // an old one removed late leaves its successor alone
    assertThat(Gate.ofThisTask()).isSameAs(next);
    gate = next;
  }
}
