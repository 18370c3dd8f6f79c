package dev.dolly.training.run;

import dev.dolly.engine.example.Built;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.training.options.TrainingOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes examples of the records that are wanted, counts and names the others. One thread. */
final class ExampleCollector {
  private final TrainingOptions options;
  private final ExampleBuilder builder;
  private final RunListener listener;
  private final List<Example> examples = new ArrayList<>();
  private final Map<String, TrainingRecord> sources = new HashMap<>();
  private long tooLong;
  private long bad;

  ExampleCollector(TrainingOptions options, ExampleBuilder builder, RunListener listener) {
    this.options = options;
    this.builder = builder;
    this.listener = listener;
  }

  /**
   * Takes a record.
   *
   * @throws BadRecordException if it is bad and the run is to stop at that
   */
  void add(TrainingRecord record) {
    if (!options.data().categories().isEmpty()
        && !options.data().categories().contains(record.text().category())) {
      return;
    }
    InstructionText text = record.text();
    Built built = builder.build(record.id(), text.instruction(), text.context(), text.response());
    if (built instanceof Built.Ready ready) {
      examples.add(ready.example());
      if (options.guard().isOn()) {
        sources.put(record.id(), record); // to name it if its batch is skipped
      }
    } else if (built instanceof Built.TooLong) {
      tooLong++;
    } else if (built instanceof Built.Bad reason) {
      refuse(new GivenUp(record.place(), record.payload(), ErrorCode.BAD_RECORD, reason.message()));
    }
  }

  /**
   * Notes a record that is none.
   *
   * @throws BadRecordException if the run is to stop at that
   */
  void refuse(GivenUp record) {
    bad++;
    listener.gaveUp(record);
    if (options.strict()) {
      throw new BadRecordException(record.place() + ": " + record.message());
    }
  }

  /** In the order in which they came. */
  List<Example> examples() {
    return Collections.unmodifiableList(examples);
  }

  /** The record of an example; kept only for the outlier guard. */
  Optional<TrainingRecord> source(Example example) {
    return Optional.ofNullable(sources.get(example.id()));
  }

  /** Records left out since they fill the model's window. */
  long tooLong() {
    return tooLong;
  }

  /** Records that teach nothing. */
  long bad() {
    return bad;
  }
}
