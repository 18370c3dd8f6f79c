package dev.dolly.chaos;

/** Hears how a run goes, on the thread that runs it. */
public interface ChaosListener {
  /**
   * Some time has passed.
   *
   * @param sent prompts so far
   * @param outcomes of them, committed
   */
  void progressed(int sent, int outcomes);

  /** A process was killed. */
  void killed(Killed kill);

  /** Something else worth a line. */
  void said(String line);
}
