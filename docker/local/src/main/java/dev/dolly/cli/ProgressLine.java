package dev.dolly.cli;

import java.time.Duration;

/**
 * How far something is: one line that overwrites itself where a person watches, a line now and then
 * in a log.
 */
final class ProgressLine {
  private static final long LOG_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long SCREEN_NANOS = Duration.ofMillis(100).toNanos();

  private final Terminal terminal;
  private long shown = System.nanoTime();

  ProgressLine(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * @param last shown in any case, and followed by a line break
   */
  void show(String text, boolean last) {
    long now = System.nanoTime();
    if (!last && now - shown < (terminal.interactive() ? SCREEN_NANOS : LOG_NANOS)) {
      return;
    }
    shown = now;
    if (terminal.interactive()) {
      terminal.err().print("\r\u001b[K" + text + (last ? "\n" : ""));
      terminal.err().flush();
    } else {
      terminal.progress(text);
    }
  }
}
