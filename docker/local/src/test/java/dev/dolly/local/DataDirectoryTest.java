package dev.dolly.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  private static final StackAddress ADDRESS =
      new StackAddress("127.0.0.1:1", "http://127.0.0.1:2/apis", "http://127.0.0.1:3");

  @TempDir private Path root;

  @Test
  void twoStacksDoNotShareADirectory() {
    DataDirectory data = new DataDirectory(root);
    DataDirectory.Claim first = data.claim();
    assertThatThrownBy(data::claim)
        .isInstanceOf(StackException.class)
        .hasMessageContaining(root.toString())
        .hasMessageContaining("process " + ProcessHandle.current().pid())
        .hasMessageContaining("--data");
    first.close();
    data.claim().close();
  }

  @Test
  void theAddressIsThereWhileTheStackRuns() {
    DataDirectory data = new DataDirectory(root);
    assertThat(data.stackAddress()).isEmpty();
    try (DataDirectory.Claim claim = data.claim()) {
      assertThat(data.stackAddress()).isEmpty();
      claim.announce(ADDRESS);
      assertThat(data.stackAddress()).contains(ADDRESS);
      assertThat(data.runningStack()).contains(ProcessHandle.current());
    }
    assertThat(data.stackAddress()).isEmpty();
    assertThat(data.runningStack()).isEmpty();
  }

  @Test
  void aStackThatEndsInThisMomentIsNoStack() throws Exception {
    DataDirectory data = new DataDirectory(root);
    try (DataDirectory.Claim claim = data.claim()) {
      CompletableFuture<Void> comingAndGoing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  claim.announce(ADDRESS);
                  root.resolve("stack.json").toFile().delete();
                }
              });
      while (!comingAndGoing.isDone()) {
        data.stackAddress().ifPresent(address -> assertThat(address).isEqualTo(ADDRESS));
      }
      comingAndGoing.get();
    }
  }

  @Test
  void whatAKilledStackLeftIsNoStack() throws IOException {
    DataDirectory data = new DataDirectory(root);
    Files.writeString(root.resolve("lock"), "");
    Files.writeString(root.resolve("stack.json"), ADDRESS.toJson());
    // In a container the next process may well have the same id.
    for (long pid : new long[] {1, ProcessHandle.current().pid()}) {
      Files.writeString(root.resolve("up.pid"), pid + "\n");
      assertThat(data.runningStack()).isEmpty();
      assertThat(data.stackAddress()).isEmpty();
    }
  }

  @Test
  void aPlaceThatCannotBeUsedIsToldWithTheWayOut() throws IOException {
    Path file = Files.createFile(root.resolve("file"));
    assertThatThrownBy(() -> new DataDirectory(file.resolve("data")).claim())
        .isInstanceOf(StackException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("--data");
  }
}
