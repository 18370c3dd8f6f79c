package dev.dolly.inference.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.prompt.PromptPosition;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class QuarantineTest {
  static final MarkedPrompt PROMPT = prompt(17, 1_000);

  @TempDir private Path directory;

  private static MarkedPrompt prompt(long offset, long writtenAt) {
    return new MarkedPrompt(new PromptPosition("dolly.prompts", 3, offset), writtenAt);
  }

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
      Suspicion suspicion = alive.suspicion(PROMPT);
      assertThat(suspicion.deaths()).isEqualTo(n - 1);
      assertThat(suspicion.isSuspect()).isEqualTo(n > 1);
      assertThat(suspicion.isCertain()).isFalse();
      alive.inEngine(PROMPT, suspicion);
      evidence(n, n * 1000 + 500);
    }
    assertThat(process(4).suspicion(PROMPT).isCertain()).isTrue();
    assertThat(process(4).suspicion(prompt(18, 1_000))).isEqualTo(Suspicion.NONE);
  }

  @Test
  void keepsTheCountWhereNobodyIsToBlame() throws Exception {
    Suspicion two = new Suspicion(2, 0);
    process(1).inEngine(PROMPT, two);
    assertThat(process(1).suspicion(PROMPT)).as("the task failed, not the process").isEqualTo(two);
    assertThat(process(2).suspicion(PROMPT)).as("killed from outside").isEqualTo(two);
    evidence(1, 999);
    assertThat(process(2).suspicion(PROMPT)).as("another process's death").isEqualTo(two);
    evidence(1, 1000);
    assertThat(process(2).suspicion(PROMPT).deaths()).isEqualTo(3);
  }

  @Test
  void chargesNoneOutsideTheEngine() throws Exception {
    process(1).inEngine(PROMPT, Suspicion.NONE);
    evidence(1, 1500);
    Quarantine second = process(2);
    second.outside(PROMPT, second.suspicion(PROMPT));
    evidence(2, 2500);
    assertThat(process(3).suspicion(PROMPT)).isEqualTo(new Suspicion(1, 0));
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
    quarantine.inEngine(PROMPT, new Suspicion(2, 0));
    quarantine.left(PROMPT);
    quarantine.left(PROMPT);
    assertThat(process(2).suspicion(PROMPT)).isEqualTo(Suspicion.NONE);
    assertThat(directory.resolve("in-flight")).isEmptyDirectory();
  }

  @Test
  void remembersOneThatItGaveUpUntilThatIsCommitted() {
    Quarantine quarantine = process(1);
    quarantine.snapshot(6);
    quarantine.condemned(PROMPT, new Suspicion(3, 0));
    quarantine.completed(6);
    assertThat(process(2).suspicion(PROMPT).isCertain()).isTrue();
    quarantine.snapshot(7);
    quarantine.snapshot(8);
    quarantine.completed(7);
    assertThat(process(2).suspicion(PROMPT)).isEqualTo(Suspicion.NONE);
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

  /** A task that only tries must not end the lock that another one of its process has. */
  @Test
  void triesOneAtATimeAlsoAmongProcesses() throws Exception {
    try (Quarantine one = process(1);
        Quarantine other = process(2)) {
      assertThat(one.beginTrial()).isTrue();
      assertThat(other.beginTrial()).isFalse();
      assertThat(anotherProcess("try")).isEqualTo("false");
      one.endTrial();
      assertThat(anotherProcess("try")).isEqualTo("true");
    }
  }

  @Test
  void doesNotChargeAPromptThatTookTheOffsetOfAnother() {
    process(1).inEngine(PROMPT, new Suspicion(2, 0));
    assertThat(process(2).suspicion(prompt(17, 1_001))).isEqualTo(Suspicion.NONE);
    assertThat(process(2).suspicion(PROMPT).deaths()).isEqualTo(2);
  }

  @Test
  void forgetsMarksThatAreOlderThanAnyPromptOnItsTopic() throws Exception {
    Path marks = directory.resolve("in-flight");
    process(1).inEngine(PROMPT, new Suspicion(2, 0));
    process(1).inEngine(prompt(18, 1_000), new Suspicion(2, 0));
    Files.setLastModifiedTime(
        marks.resolve(PROMPT.position().toString()),
        FileTime.from(Instant.now().minus(Duration.ofDays(8))));
    assertThat(process(2).suspicion(PROMPT)).isEqualTo(Suspicion.NONE);
    assertThat(process(2).suspicion(prompt(18, 1_000)).deaths()).isEqualTo(2);
    assertThat(marks).isDirectoryNotContaining(file -> file.endsWith("dolly.prompts-3-17"));
  }

  @Test
  void goesOnWithoutFiles() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    Quarantine broken = Quarantine.in(file);
    broken.inEngine(PROMPT, Suspicion.NONE);
    assertThat(broken.suspicion(PROMPT)).isEqualTo(Suspicion.NONE);
    assertThat(broken.beginTrial()).isTrue();
    Quarantine quarantine = process(1);
    MarkedPrompt tooLong = new MarkedPrompt(new PromptPosition("p".repeat(300), 0, 0), 1);
    quarantine.inEngine(tooLong, Suspicion.NONE);
    assertThat(quarantine.suspicion(tooLong)).isEqualTo(Suspicion.NONE);
    Files.writeString(
        directory.resolve("in-flight").resolve(PROMPT.position().toString()), "pid=12");
    assertThat(quarantine.suspicion(PROMPT)).isEqualTo(Suspicion.NONE);
  }

  @Test
  void countsTheDeathOfARealProcessByASegmentationFault() throws Exception {
    try (Quarantine quarantine = Quarantine.in(directory)) {
      die("SEGV");
      assertThat(quarantine.suspicion(PROMPT).deaths()).isEqualTo(1);
      die("KILL");
      assertThat(quarantine.suspicion(PROMPT).deaths()).isEqualTo(1);
      die("SEGV");
      assertThat(quarantine.suspicion(PROMPT).deaths()).isEqualTo(2);
    }
  }

  private Process start(String what) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:ErrorFile=" + directory + "/%p.crash",
            "-XX:-CreateCoredumpOnCrash",
            "-cp",
            System.getProperty("java.class.path"),
            OtherProcess.class.getName(),
            what,
            directory.toString())
        .redirectError(directory.resolve("child.log").toFile())
        .start();
  }

  /** The first line that it says. */
  private String anotherProcess(String what) throws Exception {
    Process child = start(what);
    try (BufferedReader out = child.inputReader()) {
      return out.readLine();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  /** A Java virtual machine with the prompt in flight that gets this signal. */
  private void die(String signal) throws Exception {
    Process child = start("mark");
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
