package dev.dolly.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.local.child.ParentLink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SupervisorTest {
  @TempDir private Path directory;

  private final AtomicInteger ups = new AtomicInteger();
  private final CompletableFuture<Void> upAgain = new CompletableFuture<>();

  private Supervisor deaf;

  @BeforeEach
  void start() {
    System.setProperty("dolly.archives", directory.toString());
    System.setProperty("dolly.archives.make", "true");
    deaf =
        new Supervisor(
            new ChildCommand(
                "deaf",
                Deaf.class.getName(),
                System.getProperty("java.class.path"),
                List.of(),
                Map.of(),
                Map.of(),
                directory),
            new ChildLauncher(directory.resolve("lock"), directory, new CrashReports(directory)),
            Duration.ofMillis(10),
            new Supervisor.Listener() {
              @Override
              public void launched() {}

              @Override
              public void progress(String line) {
                if (line.equals("up")) {
                  hear();
                }
              }
            });
    deaf.start();
  }

  /** The first time it is killed while nobody waits for what it says. */
  private void hear() {
    if (ups.incrementAndGet() == 1) {
      deaf.kill();
    } else {
      upAgain.complete(null);
    }
  }

  @AfterEach
  void stop() {
    deaf.close();
    System.clearProperty("dolly.archives");
    System.clearProperty("dolly.archives.make");
  }

  @Test
  void aChildThatIsKilledIsStartedAgain() {
    CompletableFuture.anyOf(upAgain, deaf.failure()).join();
    assertThat(deaf.failure()).isNotDone();
    assertThat(deaf.starts()).isEqualTo(2);
  }

  @Test
  void aChildThatIsKilledLeavesNoHalfArchive() throws Exception {
    CompletableFuture.anyOf(upAgain, deaf.failure()).join();
    Path half = Files.createFile(directory.resolve("deaf.jsa.new"));
    deaf.close();
    assertThat(half).doesNotExist();
  }

  /** Does not end when it is told to. */
  static final class Deaf {
    private Deaf() {}

    public static void main(String[] arguments) throws InterruptedException {
      ParentLink parent = ParentLink.open(() -> {});
      parent.progress("up");
      new CountDownLatch(1).await();
    }
  }
}
