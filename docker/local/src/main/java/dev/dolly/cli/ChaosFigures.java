package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.chaos.ChaosReport;
import dev.dolly.chaos.CheckpointFigures;
import dev.dolly.chaos.Count;
import dev.dolly.chaos.Killed;
import dev.dolly.chaos.MemoryFigures;
import dev.dolly.json.Json;
import dev.dolly.local.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A chaos run's figures, for people and for programs.
 *
 * @param seed of the run
 */
record ChaosFigures(ChaosReport report, long seed) {
  private static final long MEBIBYTE = 1024 * 1024;

  /** Ids that are named where something is wrong with more. */
  private static final int NAMED = 10;

  List<String> lines() {
    Count count = report.count();
    List<String> lines = new ArrayList<>();
    row(lines, "prompts", count.prompts());
    row(lines, "answers", count.answers());
    row(lines, "dead letters", count.deadLettersInAll());
    new TreeMap<>(count.deadLetters()).forEach((code, number) -> row(lines, "  " + code, number));
    wrong(lines, "missing", count.missing());
    wrong(lines, "twice", count.twice());
    wrong(lines, "unexpected", count.unexpected());
    wrong(lines, "chunks that differ", count.rebuiltWrongly());
    row(lines, "resumed answers", count.resumedAnswers());
    row(lines, "resumed tokens", count.resumedTokens());
    lines.add("");
    lines.add(
        "%.1f s, %.0f tokens/s"
                .formatted(report.duration().toMillis() / 1000.0, report.tokensPerSecond())
            + (report.firstMinute().isPresent()
                ? "; first minute %.0f, last minute %.0f"
                    .formatted(
                        report.firstMinute().getAsDouble(), report.lastMinute().orElseThrow())
                : ""));
    kills(lines);
    CheckpointFigures checkpoints = report.checkpoints();
    lines.add(
        "checkpoints: %d complete, %d failed (starts and kills included); p50 %d ms, p99 %d ms, max %d ms (without each start's first)"
            .formatted(
                checkpoints.completed(),
                checkpoints.failed(),
                checkpoints.p50Millis(),
                checkpoints.p99Millis(),
                checkpoints.maxMillis()));
    memory(lines);
    report.faults().forEach(fault -> lines.add("wrong: " + fault));
    lines.add(
        report.isRight()
            ? "Every prompt has exactly one outcome, and every answer is what its chunks say."
            : "The count is not right.");
    return lines;
  }

  private void kills(List<String> lines) {
    if (report.kills().isEmpty()) {
      return;
    }
    lines.add(
        "kills: "
            + killsByPart().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "))
            + "; to the next outcome p50 %.1f s, max %.1f s"
                .formatted(
                    report.untilAnswered(0.5).toMillis() / 1000.0,
                    report.untilAnswered(1).toMillis() / 1000.0));
  }

  private void memory(List<String> lines) {
    MemoryFigures memory = report.memory();
    if (memory.residentByMinute().isEmpty()) {
      return;
    }
    lines.add(
        "memory of the jobs, MiB each minute: "
            + memory.residentByMinute().stream()
                .map(bytes -> Long.toString(bytes / MEBIBYTE))
                .collect(Collectors.joining(" "))
            + (memory.residentDriftPercent().isPresent()
                ? "; drift %+.2f %%".formatted(memory.residentDriftPercent().getAsDouble())
                : ""));
    lines.add(
        "heap after a collection, MiB each minute and at the end: "
            + memory.heapByMinute().stream()
                .map(bytes -> "%.1f".formatted((double) bytes / MEBIBYTE))
                .collect(Collectors.joining(" ")));
  }

  private static void row(List<String> lines, String name, long number) {
    lines.add("%-20s %9d".formatted(name, number));
  }

  private static void wrong(List<String> lines, String name, List<String> ids) {
    row(lines, name, ids.size());
    ids.stream().limit(NAMED).forEach(id -> lines.add("    " + id));
    if (ids.size() > NAMED) {
      lines.add("    and " + (ids.size() - NAMED) + " more");
    }
  }

  private Map<String, Long> killsByPart() {
    Map<String, Long> byPart = new TreeMap<>();
    Part.ofAnswers().forEach(part -> byPart.put(part.title(), 0L));
    report.kills().forEach(kill -> byPart.merge(kill.part().title(), 1L, Long::sum));
    return byPart;
  }

  ObjectNode json() {
    Count count = report.count();
    ObjectNode json =
        Json.object()
            .put("right", report.isRight())
            .put("seed", seed)
            .put("prompts", count.prompts())
            .put("answers", count.answers())
            .put("dead_letters", count.deadLettersInAll());
    ObjectNode codes = json.putObject("dead_letters_by_code");
    count.deadLetters().forEach((code, number) -> codes.put(code.name(), number));
    ids(json.putArray("faults"), report.faults());
    ids(json.putArray("missing"), count.missing());
    ids(json.putArray("twice"), count.twice());
    ids(json.putArray("unexpected"), count.unexpected());
    ids(json.putArray("chunk_mismatches"), count.rebuiltWrongly());
    json.put("resumed_answers", count.resumedAnswers())
        .put("resumed_tokens", count.resumedTokens())
        .put("seconds", report.duration().toMillis() / 1000.0)
        .put("tokens_per_second", report.tokensPerSecond());
    report.firstMinute().ifPresent(v -> json.put("first_minute_tokens_per_second", v));
    report.lastMinute().ifPresent(v -> json.put("last_minute_tokens_per_second", v));
    ArrayNode kills = json.putArray("kills");
    for (Killed kill : report.kills()) {
      ObjectNode one = kills.addObject();
      one.put("part", kill.part().title()).put("at_ms", kill.at().toMillis());
      kill.untilAnswered().ifPresent(time -> one.put("next_outcome_ms", time.toMillis()));
    }
    ObjectNode byPart = json.putObject("kills_by_part");
    killsByPart().forEach(byPart::put);
    json.put("next_outcome_p50_ms", report.untilAnswered(0.5).toMillis())
        .put("next_outcome_max_ms", report.untilAnswered(1).toMillis());
    CheckpointFigures checkpoints = report.checkpoints();
    json.putObject("checkpoints")
        .put("completed", checkpoints.completed())
        .put("failed", checkpoints.failed())
        .put("p50_ms", checkpoints.p50Millis())
        .put("p99_ms", checkpoints.p99Millis())
        .put("max_ms", checkpoints.maxMillis());
    ObjectNode memory = json.putObject("memory");
    report.memory().residentByMinute().forEach(memory.putArray("resident_bytes_by_minute")::add);
    report.memory().residentDriftPercent().ifPresent(v -> memory.put("resident_drift_percent", v));
    report.memory().heapByMinute().forEach(memory.putArray("heap_bytes_by_minute")::add);
    return json;
  }

  private static void ids(ArrayNode array, List<String> ids) {
    ids.forEach(array::add);
  }
}
