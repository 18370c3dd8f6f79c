package dev.dolly.inference.quarantine;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lies in a prompt's mark file: one line, {@code pid=… started_at=… deaths=… tokens=…
 * prompt_at=…}.
 *
 * @param process that has it in its engine
 * @param suspicion from before that
 * @param promptAt epoch ms of the prompt's record
 */
record Mark(MarkedProcess process, Suspicion suspicion, long promptAt) {
  private static final Pattern LINE =
      Pattern.compile(
          "pid=([0-9]{1,18}) started_at=([0-9]{1,18}) deaths=([0-9]{1,9}) tokens=([0-9]{1,9})"
              + " prompt_at=(-?[0-9]{1,18})\n");

  String line() {
    return "pid=%d started_at=%d deaths=%d tokens=%d prompt_at=%d\n"
        .formatted(
            process.pid(), process.startedAt(), suspicion.deaths(), suspicion.tokens(), promptAt);
  }

  /** Empty if it is no such line. */
  static Optional<Mark> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    return matcher.matches()
        ? Optional.of(
            new Mark(
                new MarkedProcess(
                    Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))),
                new Suspicion(
                    Integer.parseInt(matcher.group(3)), Integer.parseInt(matcher.group(4))),
                Long.parseLong(matcher.group(5))))
        : Optional.empty();
  }
}
