package dev.dolly.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * The three standard streams, in UTF-8 whatever the locale.
 *
 * @param in what the user gives
 * @param out results; not flushed on its own
 * @param err progress, logs and errors
 * @param interactive whether a person watches, so that colours and overwritten lines make sense
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive) {

  /** This process's own; the script says what they are connected to. */
  static Terminal system() {
    return new Terminal(
        System.in,
        stream(FileDescriptor.out, false),
        stream(FileDescriptor.err, true),
        // Java can't tell: since 22 there is a console without any terminal.
        Boolean.getBoolean("dolly.terminal"));
  }

  /** Writes a result line and hands it over at once, for whoever reads along. */
  void result(String line) {
    out.print(line + "\n");
    out.flush();
  }

  /** Writes a line of progress. */
  void progress(String line) {
    err.print(line + "\n");
    err.flush();
  }

  /** Writes a line of progress with the time since the command was given. */
  void timed(String line) {
    progress(dim("%5.1f s  %s".formatted(sinceCalled().toMillis() / 1000.0, line)));
  }

  /** The time since the command was given: the script becomes this process and keeps its start. */
  static Duration sinceCalled() {
    return ProcessHandle.current()
        .info()
        .startInstant()
        .map(start -> Duration.between(start, Instant.now()))
        .orElse(Duration.ZERO);
  }

  /** The text as a terminal shows it less loudly; unchanged where nobody watches. */
  String dim(String text) {
    return interactive ? "\u001b[2m" + text + "\u001b[0m" : text;
  }

  /** The text as a terminal shows it louder; unchanged where nobody watches. */
  String bold(String text) {
    return interactive ? "\u001b[1m" + text + "\u001b[0m" : text;
  }

  private static PrintStream stream(FileDescriptor descriptor, boolean autoFlush) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 16),
        autoFlush,
        StandardCharsets.UTF_8);
  }
}
