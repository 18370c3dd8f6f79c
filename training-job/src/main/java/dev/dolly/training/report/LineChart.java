package dev.dolly.training.report;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Lines over the steps of a run, as an SVG element.
 *
 * @param title above it
 * @param lines at least one has a point
 */
record LineChart(String title, List<Line> lines) {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 300;
  private static final int LEFT = 72;
  private static final int RIGHT = 16;
  private static final int TOP = 40;
  private static final int BOTTOM = 36;

  LineChart {
    lines = lines.stream().filter(line -> !line.points().isEmpty()).toList();
  }

  String svg() {
    Axis x = axis(Line.Point::x, 6);
    Axis y = axis(Line.Point::y, 5);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, HEIGHT, Html.escape(title)));
    svg.append(
        "<text class=\"title\" x=\"%d\" y=\"18\">%s</text>\n".formatted(LEFT, Html.escape(title)));
    grid(svg, x, y);
    for (int i = 0; i < lines.size(); i++) {
      line(svg, lines.get(i), x, y);
      legend(svg, lines.get(i), i);
    }
    return svg.append("</svg>\n").toString();
  }

  private Axis axis(ToDoubleFunction<Line.Point> coordinate, int marks) {
    double[] values =
        lines.stream()
            .flatMap(line -> line.points().stream())
            .mapToDouble(coordinate)
            .sorted()
            .toArray();
    return Axis.over(values[0], values[values.length - 1], marks);
  }

  private static void grid(StringBuilder svg, Axis x, Axis y) {
    for (double mark : y.marks()) {
      String at = number(top(y, mark));
      svg.append(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>"
              .formatted(LEFT, WIDTH - RIGHT, at, at));
      svg.append(
          "<text class=\"mark end\" x=\"%d\" y=\"%s\" dy=\"4\">%s</text>\n"
              .formatted(LEFT - 8, at, y.label(mark)));
    }
    for (double mark : x.marks()) {
      svg.append(
          "<text class=\"mark middle\" x=\"%s\" y=\"%d\">%s</text>\n"
              .formatted(number(left(x, mark)), HEIGHT - BOTTOM + 18, x.label(mark)));
    }
    svg.append(
        "<text class=\"mark end\" x=\"%d\" y=\"%d\">step</text>\n"
            .formatted(WIDTH - RIGHT, HEIGHT - 4));
  }

  private static void line(StringBuilder svg, Line line, Axis x, Axis y) {
    String points =
        line.points().stream()
            .map(p -> number(left(x, p.x())) + "," + number(top(y, p.y())))
            .collect(Collectors.joining(" "));
    svg.append("<polyline class=\"%s\" points=\"%s\"/>\n".formatted(line.style(), points));
    for (Line.Point p : line.points()) {
      // the circle of an unmarked line is there for the pointer only
      svg.append(
          "<circle class=\"%s%s\" cx=\"%s\" cy=\"%s\" r=\"4\"><title>%s</title></circle>\n"
              .formatted(
                  line.style(),
                  line.marked() ? "" : " hidden",
                  number(left(x, p.x())),
                  number(top(y, p.y())),
                  Html.escape(
                      String.format(
                          Locale.ROOT, "step %.0f: %s %.6g", p.x(), line.name(), p.y()))));
    }
  }

  private static void legend(StringBuilder svg, Line line, int index) {
    int x = WIDTH - RIGHT - 130 * (index + 1);
    svg.append(
        "<polyline class=\"%s\" points=\"%d,14 %d,14\"/><text class=\"mark\" x=\"%d\" y=\"18\">%s</text>\n"
            .formatted(line.style(), x, x + 20, x + 26, Html.escape(line.name())));
  }

  private static double left(Axis x, double value) {
    return LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double top(Axis y, double value) {
    return HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
