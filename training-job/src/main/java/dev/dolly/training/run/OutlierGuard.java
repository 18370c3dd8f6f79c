package dev.dolly.training.run;

import dev.dolly.training.options.GuardOptions;
import dev.dolly.training.zero.StepFigures;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Tells batches whose loss or gradient norm lies far above what the steps before had, counted in
 * their standard deviations. It judges once its window is full; a batch that it refuses does not
 * enter the window. One thread.
 */
final class OutlierGuard {
  private final GuardOptions options;
  private final Deque<StepFigures> window = new ArrayDeque<>();

  /**
   * @param window what it knew when the run was saved
   */
  OutlierGuard(GuardOptions options, Collection<StepFigures> window) {
    this.options = options;
    this.window.addAll(window);
  }

  /** Why the batch is an outlier; empty: it is none, and counts from now on. */
  Optional<String> judge(StepFigures figures) {
    if (!options.isOn()) {
      return Optional.empty();
    }
    Optional<String> reason =
        !Double.isFinite(figures.loss()) || !Double.isFinite(figures.gradNorm())
            ? Optional.of("loss " + figures.loss() + ", gradient norm " + figures.gradNorm())
            : far("loss", figures, StepFigures::loss)
                .or(() -> far("gradient norm", figures, StepFigures::gradNorm));
    if (reason.isEmpty()) {
      window.add(figures);
      if (window.size() > options.window()) {
        window.remove();
      }
    }
    return reason;
  }

  private Optional<String> far(
      String name, StepFigures figures, ToDoubleFunction<StepFigures> figure) {
    if (window.size() < options.window()) {
      return Optional.empty();
    }
    double mean = window.stream().mapToDouble(figure).average().orElseThrow();
    double variance =
        window.stream()
            .mapToDouble(figure)
            .map(x -> (x - mean) * (x - mean))
            .average()
            .orElseThrow();
    double value = figure.applyAsDouble(figures);
    double deviations = (value - mean) / Math.sqrt(variance);
    return variance > 0 && deviations > options.deviations()
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%s %.4g is %.1f deviations above the mean %.4g of %d steps",
                name,
                value,
                deviations,
                mean,
                window.size()))
        : Optional.empty();
  }

  /** What it has to know when the run goes on. */
  List<StepFigures> window() {
    return new ArrayList<>(window);
  }
}
