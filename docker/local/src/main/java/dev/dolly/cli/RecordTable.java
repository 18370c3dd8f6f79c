package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Records as the lines of a table, as they come: columns of fixed widths, what is longer is cut.
 */
final class RecordTable {
  private static final int WIDTH = 28;
  private static final int NARROW = 8;
  private static final int WIDE = 80;

  /** Fields by what a record must have. The last column is wide. */
  private static final Map<String, List<String>> COLUMNS =
      Map.of(
          "finish_reason",
          List.of(
              "created_at",
              "request_id",
              "model.version",
              "finish_reason",
              "generated_tokens",
              "text"),
          "error_code",
          List.of("occurred_at", "stage", "error_code", "request_id", "message"),
          "dataset.licence",
          List.of("category", "instruction", "response"),
          "event_id",
          List.of(
              "created_at", "model", "version", "status", "run.step", "run.eval_loss", "reason"),
          "grad_norm",
          List.of("run_id", "step", "loss", "eval_loss", "learning_rate", "tokens_per_second"),
          "index",
          List.of("request_id", "attempt", "index", "last", "text"));

  private static final List<String> OF_PROMPTS = List.of("request_id", "context", "instruction");

  private List<String> columns;

  /** The lines for a record; the first has a line with the names before it. */
  List<String> lines(JsonNode record) {
    List<String> lines = new ArrayList<>();
    if (columns == null) {
      columns =
          COLUMNS.entrySet().stream()
              .filter(entry -> !at(record, entry.getKey()).isMissingNode())
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(OF_PROMPTS);
      lines.add(row(columns));
    }
    lines.add(row(columns.stream().map(column -> cell(record, column)).toList()));
    return lines;
  }

  private String row(List<String> cells) {
    StringBuilder row = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      boolean last = i == cells.size() - 1;
      int width = last ? WIDE : width(columns.get(i));
      String cell = cut(cells.get(i), width);
      row.append(cell);
      if (!last) {
        row.append(" ".repeat(width - cell.codePointCount(0, cell.length()) + 2));
      }
    }
    return row.toString();
  }

  private static int width(String column) {
    return switch (column) {
      case "step", "run.step", "index", "last", "loss", "stage" -> NARROW;
      case "finish_reason", "generated_tokens", "status", "eval_loss", "run.eval_loss", "model" ->
          2 * NARROW;
      default -> WIDTH;
    };
  }

  private static String cell(JsonNode record, String column) {
    JsonNode value = at(record, column);
    if (column.endsWith("_at") && value.isIntegralNumber()) {
      return Instant.ofEpochMilli(value.asLong()).toString();
    }
    return value.asText().strip().replaceAll("\\s+", " ");
  }

  private static JsonNode at(JsonNode record, String column) {
    return FieldPath.parse(column).orElseThrow().in(record);
  }

  private static String cut(String text, int width) {
    int characters = text.codePointCount(0, text.length());
    return characters <= width
        ? text
        : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
  }
}
