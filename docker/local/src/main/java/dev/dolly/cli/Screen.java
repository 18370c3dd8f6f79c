package dev.dolly.cli;

import java.util.List;

/**
 * A picture that is drawn over again: on a screen of its own where a person watches, so that the
 * terminal is as before afterwards; one below the other elsewhere.
 */
final class Screen {
  private static final String OPEN = "\u001b[?1049h\u001b[?25l\u001b[?7l";
  private static final String CLOSE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final String TOP = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";

  private final Terminal terminal;
  private final boolean drawn;

  /**
   * @param drawn whether it is a terminal that a person watches
   */
  Screen(Terminal terminal, boolean drawn) {
    this.terminal = terminal;
    this.drawn = drawn;
  }

  void open() {
    if (drawn) {
      terminal.out().print(OPEN);
    }
  }

  void show(List<String> lines) {
    StringBuilder text = new StringBuilder(drawn ? TOP : "");
    lines.forEach(line -> text.append(line).append(drawn ? REST_OF_LINE : "").append('\n'));
    terminal.out().print(text.append(drawn ? REST_OF_SCREEN : ""));
    terminal.out().flush();
  }

  void close() {
    if (drawn) {
      terminal.out().print(CLOSE);
      terminal.out().flush();
    }
  }
}
