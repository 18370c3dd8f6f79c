package dev.dolly.cli;

import java.time.Duration;
import java.util.function.Supplier;

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
   * Shows how far it is, now and then.
   *
   * @param text asked only when it is shown
   */
  void show(Supplier<String> text) {
    if (isTime()) {
      write(text.get(), false);
    }
  }

  /**
   * @param last shown in any case, and followed by a line break
   */
  void show(String text, boolean last) {
    if (last || isTime()) {
      write(text, last);
    }
  }

  /**
   * Shows how much of something has been fetched.
   *
   * @param total ends the line when it is reached
   */
  void fetched(String name, long bytes, long total) {
    show("%s: %d of %d MiB".formatted(name, bytes >> 20, total >> 20), bytes == total);
  }

  private boolean isTime() {
    return System.nanoTime() - shown >= (terminal.interactive() ? SCREEN_NANOS : LOG_NANOS);
  }

  private void write(String text, boolean last) {
    shown = System.nanoTime();
    if (terminal.interactive()) {
      terminal.err().print("\r\u001b[K" + text + (last ? "\n" : ""));
      terminal.err().flush();
    } else {
      terminal.progress(text);
    }
  }
}
