package dev.dolly.training.run;

import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.report.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the picture of a run that is done. */
record ReportFile(Lineage lineage, RunState.Best best, long skipped, int heldOut) {

  void write(Path file, List<StepMetric> metrics) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Model", lineage.model() + ", " + lineage.architecture());
    facts.put("Version", lineage.version());
    facts.put("Parameters", String.format(Locale.ROOT, "%,d", lineage.parameters()));
    lineage
        .parent()
        .ifPresent(
            parent -> facts.put("Started from", (parent.model() + " " + parent.version()).strip()));
    facts.put(
        "Records", String.format(Locale.ROOT, "%,d, and %,d held out", lineage.records(), heldOut));
    facts.put("Steps", String.format(Locale.ROOT, "%,d", lineage.step()));
    facts.put("Epochs", String.format(Locale.ROOT, "%.2f", lineage.epoch()));
    facts.put("Last loss", String.format(Locale.ROOT, "%.4f", lineage.trainLoss()));
    if (best.step() > 0) {
      facts.put(
          "Best checkpoint",
          String.format(Locale.ROOT, "step %,d, held-out loss %.4f", best.step(), best.evalLoss()));
    }
    if (skipped > 0) {
      facts.put("Batches skipped", Long.toString(skipped));
    }
    lineage
        .identity()
        .data()
        .forEach(
            range ->
                facts.put(
                    range.partition() < 0
                        ? range.source()
                        : range.source() + ", partition " + range.partition(),
                    String.format(Locale.ROOT, "%,d to %,d", range.from(), range.to())));
    lineage.identity().options().forEach(facts::put);
    Path parent = file.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Files.writeString(
        file, new RunReport(lineage.model() + " " + lineage.version(), facts, metrics).html());
  }
}
