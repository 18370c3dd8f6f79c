package dev.dolly.training.report;

import dev.dolly.training.run.StepMetric;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * A page with the curves of a run and what it was.
 *
 * @param title of the page
 * @param facts name → value, in their order
 * @param metrics in the order of the steps; may be empty
 */
public record RunReport(String title, Map<String, String> facts, List<StepMetric> metrics) {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1c2024; --soft: #6b7280; --grid: #e5e7eb;
        --paper: #ffffff; --a: #2563eb; --b: #ea580c; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e5e7eb; --soft: #9ca3af;
        --grid: #374151; --paper: #111827; --a: #60a5fa; --b: #fb923c; } }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
        max-width: 1340px; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.4rem; }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(480px, 1fr));
        gap: 1.5rem; }
      svg { width: 100%; height: auto; overflow: visible; }
      .title { font-weight: 600; font-size: 14px; fill: var(--ink); }
      .mark { font-size: 11px; fill: var(--soft); }
      .end { text-anchor: end; } .middle { text-anchor: middle; }
      .grid { stroke: var(--grid); stroke-width: 1; }
      polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
      polyline.first { stroke: var(--a); } polyline.second { stroke: var(--b); }
      circle.first { fill: var(--a); } circle.second { fill: var(--b); }
      circle.hidden { opacity: 0; } circle.hidden:hover { opacity: 1; }
      table { border-collapse: collapse; margin: 1.5rem 0; font-size: 13px; }
      td { padding: .15rem 1.5rem .15rem 0; vertical-align: top; }
      td:first-child { color: var(--soft); white-space: nowrap; }
      """;

  public RunReport {
    metrics = List.copyOf(metrics);
  }

  /** The page. */
  public String html() {
    String rows =
        facts.entrySet().stream()
            .map(
                fact ->
                    "<tr><td>%s</td><td>%s</td></tr>"
                        .formatted(Html.escape(fact.getKey()), Html.escape(fact.getValue())))
            .collect(Collectors.joining("\n"));
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <h1>%s</h1>
        <div class="charts">
        %s</div>
        <table>
        %s
        </table>
        </body>
        </html>
        """
        .formatted(Html.escape(title), STYLE, Html.escape(title), charts(), rows);
  }

  private String charts() {
    if (metrics.isEmpty()) {
      return "<p>No step was measured.</p>\n";
    }
    List<Line.Point> evaluations =
        metrics.stream()
            .filter(metric -> metric.evalLoss().isPresent())
            .map(metric -> new Line.Point(metric.step(), metric.evalLoss().getAsDouble()))
            .toList();
    return new LineChart(
                "Loss",
                List.of(
                    line("training", StepMetric::loss),
                    new Line("held out", "second", true, evaluations)))
            .svg()
        + chart("Learning rate", StepMetric::learningRate)
        + chart("Gradient norm", StepMetric::gradNorm)
        + chart("Tokens a second", StepMetric::tokensPerSecond);
  }

  private String chart(String name, ToDoubleFunction<StepMetric> figure) {
    return new LineChart(name, List.of(line(name.toLowerCase(Locale.ROOT), figure))).svg();
  }

  private Line line(String name, ToDoubleFunction<StepMetric> figure) {
    return new Line(
        name,
        "first",
        false,
        metrics.stream()
            .map(metric -> new Line.Point(metric.step(), figure.applyAsDouble(metric)))
            .filter(point -> Double.isFinite(point.y()))
            .toList());
  }
}
