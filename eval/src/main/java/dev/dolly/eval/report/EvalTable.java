package dev.dolly.eval.report;

import java.util.ArrayList;
import java.util.List;

/** Scores as aligned text: value, standard error and what is to be said of it. */
public final class EvalTable {
  private static final String GAP = "  ";
  private static final String ABSENT = "-";

  private EvalTable() {}

  /**
   * The zero-shot table, in the published one's columns and order, then after an empty line what
   * else was measured.
   *
   * @param published rows to show below, marked as such; may be empty
   */
  public static List<String> lines(List<ModelResults> models, List<PublishedRow> published) {
    List<String> lines = new ArrayList<>();
    if (!published.isEmpty() || models.stream().anyMatch(model -> !model.zeroShot().isEmpty())) {
      lines.addAll(lines(ScoreTable.zeroShot(models, published)));
    }
    ScoreTable others = ScoreTable.others(models);
    if (!others.groups().isEmpty()) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.addAll(lines(others));
    }
    return lines;
  }

  private static List<String> lines(ScoreTable table) {
    List<List<String>> grid = new ArrayList<>();
    grid.add(row("model", table.columns()));
    for (ScoreTable.Group group : table.groups()) {
      boolean under = !group.name().isEmpty() && !group.published();
      if (under) {
        grid.add(List.of(group.name()));
      }
      for (ScoreTable.Row row : group.rows()) {
        grid.add(
            row(
                (under ? GAP : "") + row.model() + (group.published() ? " (published)" : ""),
                row.cells().stream().map(EvalTable::text).toList()));
      }
    }
    return aligned(grid);
  }

  private static List<String> row(String label, List<String> cells) {
    List<String> row = new ArrayList<>();
    row.add(label);
    row.addAll(cells);
    return row;
  }

  private static String text(ScoreTable.Cell cell) {
    if (cell.value().isEmpty()) {
      return ABSENT;
    }
    return cell.value()
        + (cell.stderr().isEmpty() ? "" : " " + cell.stderr())
        + (cell.note().isEmpty() ? "" : " (" + cell.note() + ")");
  }

  private static List<String> aligned(List<List<String>> grid) {
    int[] widths = new int[grid.get(0).size()];
    for (List<String> row : grid) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return grid.stream()
        .map(
            row -> {
              StringBuilder line = new StringBuilder();
              for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length()));
                line.append(GAP);
              }
              return line.toString().stripTrailing();
            })
        .toList();
  }
}
