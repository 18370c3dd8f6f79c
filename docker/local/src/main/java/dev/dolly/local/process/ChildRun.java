package dev.dolly.local.process;

import dev.dolly.local.child.ChildProtocol;
import dev.dolly.local.child.ChildProtocol.Said;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a child, from its launch to its end. {@link #follow} is one thread's, the rest any.
 */
final class ChildRun {
  private static final Logger LOG = LoggerFactory.getLogger(ChildRun.class);

  private final Process process;
  private final Map<String, String> settings;
  private final Instant started;
  private final DataOutputStream toChild;
  private boolean hasSettings;
  private boolean stopping;

  ChildRun(Process process, Map<String, String> settings) {
    this.process = process;
    this.settings = settings;
    // Its own clock's, which has ticks: what the JVM writes at once must not look older.
    this.started = process.info().startInstant().orElseGet(Instant::now);
    this.toChild = new DataOutputStream(process.getOutputStream());
  }

  long pid() {
    return process.pid();
  }

  /** When the process started. */
  Instant started() {
    return started;
  }

  /**
   * Listens until the process has ended.
   *
   * @param listener hears what has come up and that it is ready, on this thread
   */
  Ending follow(Consumer<Said> listener) throws IOException, InterruptedException {
    Optional<String> failure = Optional.empty();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<Said> said = Said.of(line);
        if (said.isEmpty()) {
          LOG.warn("process {} says: {}", pid(), line);
          continue;
        }
        switch (said.get().word()) {
          case LOCKED -> handOver();
          case FAILED -> failure = said.map(Said::text);
          case PROGRESS, READY -> listener.accept(said.get());
        }
      }
    }
    return new Ending(process.waitFor(), failure);
  }

  private synchronized void handOver() {
    if (stopping) {
      return;
    }
    try {
      ChildProtocol.writeSettings(toChild, settings);
      hasSettings = true;
    } catch (IOException e) {
      LOG.debug("process {} ended before it had its settings", pid(), e);
    }
  }

  /** Asks for an end in order; returns at once. */
  synchronized void stop() {
    stopping = true;
    try {
      if (hasSettings) {
        toChild.write(ChildProtocol.STOP);
        toChild.flush();
      } else {
        toChild.close(); // it does nothing yet
      }
    } catch (IOException e) {
      LOG.debug("process {} ended before it was told to", pid(), e);
    }
  }

  /** SIGKILL. Not by way of {@link Process}, which closes what {@link #follow} reads at once. */
  void kill() {
    process.toHandle().destroyForcibly();
  }
}
