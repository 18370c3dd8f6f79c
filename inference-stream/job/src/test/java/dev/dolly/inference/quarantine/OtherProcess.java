package dev.dolly.inference.quarantine;

import java.nio.file.Path;

/** What another process does, until its input ends or it dies. */
final class OtherProcess {
  private OtherProcess() {}

  /**
   * @param args {@code mark}: have the test's prompt in the engine, or {@code try}: begin a trial;
   *     then the crash directory
   */
  public static void main(String[] args) throws Exception {
    Quarantine quarantine = Quarantine.in(Path.of(args[1]));
    if (args[0].equals("mark")) {
      quarantine.inEngine(QuarantineTest.PROMPT, quarantine.suspicion(QuarantineTest.PROMPT));
      System.out.println("marked");
    } else {
      System.out.println(quarantine.beginTrial());
    }
    System.in.read();
  }
}
