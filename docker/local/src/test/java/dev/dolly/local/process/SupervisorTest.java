package dev.dolly.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.local.child.ParentLink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SupervisorTest {
  @TempDir private Path directory;

  @BeforeEach
  void makeArchives() {
    System.setProperty("dolly.archives", directory.toString());
    System.setProperty("dolly.archives.make", "true");
  }

  @AfterEach
  void makeNone() {
    System.clearProperty("dolly.archives");
    System.clearProperty("dolly.archives.make");
  }

  @Test
  void aChildThatIsKilledLeavesNoHalfArchive() throws Exception {
    Path half = Files.createFile(directory.resolve("deaf.jsa.new"));
    CountDownLatch ready = new CountDownLatch(1);
    Supervisor deaf =
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
                ready.countDown();
              }
            });
    deaf.start();
    ready.await();
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
