package dev.dolly.training.report;

import java.util.List;

/**
 * One line of a chart.
 *
 * @param name in the legend
 * @param style CSS class that colours it
 * @param marked whether each point is marked; else they are only joined
 */
record Line(String name, String style, boolean marked, List<Point> points) {
  /** A value at a step. */
  record Point(double x, double y) {}

  Line {
    points = List.copyOf(points);
  }
}
