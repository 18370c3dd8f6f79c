package dev.dolly.local.process;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a process ended.
 *
 * @param exitValue as Java reports it: 128 and the signal's number for one that a signal ended
 * @param said what it said about its failure, if anything
 */
record Ending(int exitValue, Optional<String> said) {
  private static final int SIGNALLED = 128;

  /** Linux's numbers, of those that end a process. */
  private static final Map<Integer, String> SIGNALS =
      Map.ofEntries(
          Map.entry(1, "SIGHUP"),
          Map.entry(2, "SIGINT"),
          Map.entry(3, "SIGQUIT"),
          Map.entry(4, "SIGILL"),
          Map.entry(6, "SIGABRT"),
          Map.entry(7, "SIGBUS"),
          Map.entry(8, "SIGFPE"),
          Map.entry(9, "SIGKILL"),
          Map.entry(11, "SIGSEGV"),
          Map.entry(13, "SIGPIPE"),
          Map.entry(15, "SIGTERM"));

  /** Those that a process brings upon itself. */
  private static final Set<String> FAULTS =
      Set.of("SIGILL", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV");

  /** Whether a signal ended it, so that another start may well go better. */
  boolean bySignal() {
    return exitValue > SIGNALLED;
  }

  /** Whether it was its own fault: an abort or an access to memory that isn't there. */
  boolean byOwnFault() {
    return bySignal() && FAULTS.contains(cause());
  }

  /** {@code SIGKILL} or {@code exit code 1}. */
  String cause() {
    return bySignal()
        ? SIGNALS.getOrDefault(exitValue - SIGNALLED, "signal " + (exitValue - SIGNALLED))
        : "exit code " + exitValue;
  }
}
