package dev.dolly.inference.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class QuarantineTest {
  private static final String POSITION = "dolly.prompts-3-17";

  @TempDir private Path directory;

  /** The n-th process, which began at n seconds. */
  private Quarantine process(long n) {
    return Quarantine.in(directory, new MarkedProcess(n, n * 1000));
  }

  private void evidence(long pid, long at) throws IOException {
    Path file = Files.writeString(directory.resolve(pid + ".crash"), "");
    Files.setLastModifiedTime(file, FileTime.fromMillis(at));
  }

  @Test
  void countsDeathsByTheProcesssOwnFaultUntilThereAreThree() throws Exception {
    for (int n = 1; n <= 3; n++) {
      Quarantine alive = process(n);
      Suspicion suspicion = alive.suspicion(POSITION);
      assertThat(suspicion.deaths()).isEqualTo(n - 1);
      assertThat(suspicion.isSuspect()).isEqualTo(n > 1);
      assertThat(suspicion.isCertain()).isFalse();
      alive.inEngine(POSITION, suspicion);
      evidence(n, n * 1000 + 500);
    }
    assertThat(process(4).suspicion(POSITION).isCertain()).isTrue();
    assertThat(process(4).suspicion("dolly.prompts-3-18")).isEqualTo(Suspicion.NONE);
  }

  @Test
  void keepsTheCountWhereNobodyIsToBlame() throws Exception {
    Suspicion two = new Suspicion(2, 0);
    process(1).inEngine(POSITION, two);
    assertThat(process(1).suspicion(POSITION))
        .as("the task failed, not the process")
        .isEqualTo(two);
    assertThat(process(2).suspicion(POSITION)).as("killed from outside").isEqualTo(two);
    evidence(1, 999);
    assertThat(process(2).suspicion(POSITION)).as("another process's death").isEqualTo(two);
    evidence(1, 1000);
    assertThat(process(2).suspicion(POSITION).deaths()).isEqualTo(3);
  }

  @Test
  void chargesNoneOutsideTheEngine() throws Exception {
    process(1).inEngine(POSITION, Suspicion.NONE);
    evidence(1, 1500);
    Quarantine second = process(2);
    second.outside(POSITION, second.suspicion(POSITION));
    evidence(2, 2500);
    assertThat(process(3).suspicion(POSITION)).isEqualTo(new Suspicion(1, 0));
  }

  @Test
  void clearsAPromptOnlyByTokensThatItNeverHad() {
    Suspicion suspect = new Suspicion(2, 4);
    assertThat(suspect.reaching(4)).isEqualTo(suspect);
    assertThat(suspect.reaching(5)).isEqualTo(new Suspicion(0, 5));
    assertThat(suspect.resumedWith(7).reaching(7).deaths()).isEqualTo(2);
    assertThat(suspect.resumedWith(3)).isEqualTo(suspect);
  }

  @Test
  void forgetsAPromptThatLeft() {
    Quarantine quarantine = process(1);
    quarantine.inEngine(POSITION, new Suspicion(2, 0));
    quarantine.left(POSITION);
    quarantine.left(POSITION);
    assertThat(process(2).suspicion(POSITION)).isEqualTo(Suspicion.NONE);
    assertThat(directory.resolve("in-flight")).isEmptyDirectory();
  }

  @Test
  void remembersOneThatItGaveUpUntilThatIsCommitted() {
    Quarantine quarantine = process(1);
    quarantine.snapshot(6);
    quarantine.condemned(POSITION, new Suspicion(3, 0));
    quarantine.completed(6);
    assertThat(process(2).suspicion(POSITION).isCertain()).isTrue();
    quarantine.snapshot(7);
    quarantine.snapshot(8);
    quarantine.completed(7);
    assertThat(process(2).suspicion(POSITION)).isEqualTo(Suspicion.NONE);
  }

  @Test
  void triesOneAtATime() {
    try (Quarantine one = process(1);
        Quarantine other = process(2)) {
      assertThat(one.beginTrial()).isTrue();
      assertThat(other.beginTrial()).isFalse();
      one.endTrial();
      assertThat(other.beginTrial()).isTrue();
    }
    try (Quarantine third = process(3)) {
      assertThat(third.beginTrial()).isTrue();
    }
  }

  @Test
  void goesOnWithoutFiles() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    Quarantine broken = Quarantine.in(file);
    broken.inEngine(POSITION, Suspicion.NONE);
    assertThat(broken.suspicion(POSITION)).isEqualTo(Suspicion.NONE);
    assertThat(broken.beginTrial()).isTrue();
    Quarantine quarantine = process(1);
    String tooLong = "p".repeat(300);
    quarantine.inEngine(tooLong, Suspicion.NONE);
    assertThat(quarantine.suspicion(tooLong)).isEqualTo(Suspicion.NONE);
    Files.writeString(directory.resolve("in-flight").resolve(POSITION), "pid=12");
    assertThat(quarantine.suspicion(POSITION)).isEqualTo(Suspicion.NONE);
  }

  @Test
  void countsTheDeathOfARealProcessByASegmentationFault() throws Exception {
    try (Quarantine quarantine = Quarantine.in(directory)) {
      die("SEGV");
      assertThat(quarantine.suspicion(POSITION).deaths()).isEqualTo(1);
      die("KILL");
      assertThat(quarantine.suspicion(POSITION).deaths()).isEqualTo(1);
      die("SEGV");
      assertThat(quarantine.suspicion(POSITION).deaths()).isEqualTo(2);
    }
  }

  /** A Java virtual machine with the prompt in flight that gets this signal. */
  private void die(String signal) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + directory + "/%p.crash",
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                Marker.class.getName(),
                directory.toString(),
                POSITION)
            .redirectError(directory.resolve("child.log").toFile())
            .start();
    try (BufferedReader out = child.inputReader()) {
      assertThat(out.readLine()).isEqualTo("marked");
      assertThat(new ProcessBuilder("kill", "-" + signal, "" + child.pid()).start().waitFor())
          .isZero();
      child.waitFor();
    } finally {
      child.destroyForcibly();
    }
  }
}
