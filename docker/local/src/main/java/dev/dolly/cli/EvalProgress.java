package dev.dolly.cli;

import dev.dolly.eval.harness.Harness;
import dev.dolly.eval.task.Document;
import dev.dolly.eval.task.Request;
import dev.dolly.eval.task.TaskData;
import java.time.Duration;
import java.util.List;

/**
 * Shows how far an evaluation is, and what time is left: by the characters to be read, of which
 * tasks have very different numbers.
 */
final class EvalProgress implements Harness.Listener {
  private static final double NANOS = 1e9;

  private final ProgressLine line;
  private final double total;
  private final long start = System.nanoTime();
  private String model = "";

  /** Of tasks that are through. */
  private double before;

  private double computedBefore;

  /**
   * @param models that are asked all of it, one after the other
   */
  EvalProgress(Terminal terminal, List<TaskData> tasks, int models) {
    this.line = new ProgressLine(terminal);
    this.total = tasks.stream().mapToDouble(data -> characters(data, 0, size(data))).sum() * models;
  }

  /** The next model begins. */
  void model(String name) {
    model = name;
  }

  @Override
  public void scored(TaskData data, int documents, int computed) {
    double done = characters(data, 0, documents);
    double now = characters(data, documents - computed, documents);
    boolean last = documents == size(data);
    double all = before + done;
    double rate = (computedBefore + now) / (System.nanoTime() - start) * NANOS;
    line.show(
        "%s, %s: %d of %d documents%s"
            .formatted(
                model,
                data.task().title(),
                documents,
                size(data),
                rate > 0 && all < total ? "; " + left((total - all) / rate) + " left" : ""),
        last);
    if (last) {
      before = all;
      computedBefore += now;
    }
  }

  private static String left(double seconds) {
    Duration left = Duration.ofSeconds(Math.round(seconds));
    return left.toHours() > 0
        ? "%d h %02d min".formatted(left.toHours(), left.toMinutesPart())
        : left.toMinutes() > 0
            ? "%d min %02d s".formatted(left.toMinutes(), left.toSecondsPart())
            : left.toSeconds() + " s";
  }

  private static int size(TaskData data) {
    return data.documents().size();
  }

  private static double characters(TaskData data, int from, int to) {
    double sum = 0;
    for (Document document : data.documents().subList(from, to)) {
      sum += document.requests().get(0).context().length(); // it is computed once
      for (Request request : document.requests()) {
        sum += request.continuation().length();
      }
    }
    return sum;
  }
}
