package dev.dolly.inference.quarantine;

import java.lang.management.ManagementFactory;

/**
 * A process that had, or has, a prompt in its engine. Ids are used again, so the start belongs to
 * it.
 *
 * @param pid the operating system's id; 0: none, the prompt waits outside the engine
 * @param startedAt epoch ms, by the clock that stamps the evidence
 */
record MarkedProcess(long pid, long startedAt) {
  static final MarkedProcess NONE = new MarkedProcess(0, 0);

  /** This Java virtual machine. */
  static MarkedProcess current() {
    return new MarkedProcess(
        ProcessHandle.current().pid(), ManagementFactory.getRuntimeMXBean().getStartTime());
  }
}
