package dev.dolly.eval.heldout;

import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What is held out, or why nothing is. */
public sealed interface HeldOutSplit {
  /**
   * There are records.
   *
   * @param records in the order of the split
   */
  record Found(List<HeldOutRecord> records) implements HeldOutSplit {
    public Found {
      records = List.copyOf(records);
    }
  }

  /**
   * There are none to be had.
   *
   * @param message one line
   */
  record Absent(Reason reason, String message) implements HeldOutSplit {}

  /** Why there are none. */
  enum Reason {
    /** The run held nothing out: its test-size is 0. */
    NOTHING_HELD_OUT,
    /** The run read a file, which no topic has. */
    TRAINED_ON_A_FILE,
    /** The event names no data or not the options that make the split: no run made the model. */
    NO_RUN,
    /** The topic no longer has all that the run read. */
    RECORDS_GONE
  }

  /**
   * All records of a file, in its order.
   *
   * @param broken takes what is no record
   * @throws IOException when it cannot be read
   */
  static HeldOutSplit ofFile(Path file, Consumer<DatasetEntry.Broken> broken) throws IOException {
    List<HeldOutRecord> records = new ArrayList<>();
    DatasetFile.read(
        file,
        entry -> {
          if (entry instanceof DatasetEntry.Found found) {
            records.add(new HeldOutRecord(found.id(), found.text()));
          } else {
            broken.accept((DatasetEntry.Broken) entry);
          }
        });
    return records.isEmpty()
        ? new Absent(Reason.NOTHING_HELD_OUT, file + " has no record with instruction and response")
        : new Found(records);
  }
}
