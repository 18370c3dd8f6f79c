package dev.dolly.training.run;

import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.DataRange;
import dev.dolly.training.options.DataSelection;
import dev.dolly.training.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A run over a file, in the file's order. */
public final class FileTraining {
  private final TrainingOptions options;
  private final Path file;
  private long lines;

  /**
   * @throws IllegalArgumentException when the options name no file
   */
  public FileTraining(TrainingOptions options) {
    if (!(options.data() instanceof DataSelection.File selection)) {
      throw new IllegalArgumentException("the options name a topic, not a file");
    }
    this.options = options;
    this.file = selection.path();
  }

  /**
   * Trains to the end.
   *
   * @param everPromoted versions whose checkpoints are never pruned
   * @param cancelled asked at each step
   * @return the last checkpoint
   */
  public SavedCheckpoint run(
      RunListener listener, Supplier<Set<String>> everPromoted, BooleanSupplier cancelled)
      throws IOException {
    String name = file.getFileName().toString();
    try (TrainingRun run = TrainingRun.open(options, listener)) {
      String digest = DatasetFile.read(file, entry -> add(run, name, entry));
      DataRange read = new DataRange(name + "@sha256:" + digest, -1, 0, lines);
      return run.run(List.of(read), everPromoted, cancelled);
    }
  }

  private void add(TrainingRun run, String name, DatasetEntry entry) {
    lines = entry.line() + 1;
    RecordPlace place = new RecordPlace(name, -1, entry.line());
    if (entry instanceof DatasetEntry.Found found) {
      run.add(new TrainingRecord(found.id(), found.text(), place, found.bytes()));
    } else if (entry instanceof DatasetEntry.Broken broken) {
      run.refuse(
          new GivenUp(place, broken.bytes(), broken.reason().code(), broken.reason().message()));
    }
  }
}
