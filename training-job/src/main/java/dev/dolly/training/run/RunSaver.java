package dev.dolly.training.run;

import dev.dolly.training.checkpoint.CheckpointStore;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.options.OutputOptions;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.tokenizer.TokenizerFiles;
import dev.dolly.training.zero.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Saves a run, announces what it saved and makes room. One thread. */
final class RunSaver {
  /** The directory within a checkpoint that only who goes on needs. */
  static final String STATE = "trainer-state";

  private final TrainingOptions options;
  private final OutputOptions output;
  private final RunFacts facts;
  private final TokenizerFiles tokenizerFiles;
  private final Trainer trainer;
  private final CheckpointStore store;
  private final Supplier<Set<String>> everPromoted;
  private final RunListener listener;

  RunSaver(
      TrainingOptions options,
      RunFacts facts,
      TokenizerFiles tokenizerFiles,
      Trainer trainer,
      CheckpointStore store,
      Supplier<Set<String>> everPromoted,
      RunListener listener) {
    this.options = options;
    this.output = options.output();
    this.facts = facts;
    this.tokenizerFiles = tokenizerFiles;
    this.trainer = trainer;
    this.store = store;
    this.everPromoted = everPromoted;
    this.listener = listener;
  }

  /** Writes, then announces, then prunes: what an event names is there when it is told. */
  SavedCheckpoint save(RunState state, double epochsDone) throws IOException {
    Lineage lineage =
        facts.lineage(
            options.dtype().configName(),
            trainer.parameters(),
            trainer.steps(),
            epochsDone,
            state.trainLoss(),
            state.evalLoss());
    SavedCheckpoint saved =
        store.save(trainer.steps(), directory -> write(directory, state), lineage.toJson());
    listener.saved(saved, lineage);
    Set<String> promoted = everPromoted.get();
    store.prune(
        output.saveTotalLimit(),
        each -> each.step() == state.best().step() || promoted.contains(lineage(each).version()));
    return saved;
  }

  private void write(Path directory, RunState state) throws IOException {
    trainer.writeModel(directory);
    tokenizerFiles.writeTo(directory);
    trainer.save(directory.resolve(STATE));
    state.write(directory.resolve(STATE));
  }

  /**
   * Announces again what is there: it may not have reached those it was meant for.
   *
   * @return the newest
   */
  SavedCheckpoint retell() throws IOException {
    List<SavedCheckpoint> all = new ArrayList<>(store.all());
    Collections.reverse(all);
    all.forEach(saved -> listener.saved(saved, lineage(saved)));
    return all.get(all.size() - 1);
  }

  /** Makes a checkpoint's model the final one. */
  Lineage finish(SavedCheckpoint last) throws IOException {
    store.finish(last);
    if (output.second().isPresent()) {
      store.copyModel(last, output.second().get());
    }
    return lineage(last);
  }

  private static Lineage lineage(SavedCheckpoint saved) {
    return Lineage.fromJson(saved.manifest().lineage());
  }
}
