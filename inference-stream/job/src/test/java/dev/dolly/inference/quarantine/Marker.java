package dev.dolly.inference.quarantine;

import java.nio.file.Path;

/** A process that has a prompt in its engine and waits for its end. */
final class Marker {
  private Marker() {}

  /**
   * @param args crash directory and position
   */
  public static void main(String[] args) throws Exception {
    Quarantine quarantine = Quarantine.in(Path.of(args[0]));
    quarantine.inEngine(args[1], quarantine.suspicion(args[1]));
    System.out.println("marked");
    System.in.read();
  }
}
