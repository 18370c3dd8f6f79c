package dev.dolly.training.run;

import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.lineage.Parent;
import dev.dolly.training.lineage.RunIdentity;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is the same for all checkpoints of a run.
 *
 * @param model name
 * @param architecture as in config.json
 * @param parent empty: random weights
 * @param runId of the run's beginning, also where it goes on elsewhere
 * @param records that are trained on
 */
record RunFacts(
    String model,
    String architecture,
    Optional<Parent> parent,
    RunIdentity identity,
    String runId,
    long records) {

  Lineage lineage(
      String dtype,
      long parameters,
      long step,
      double epoch,
      double trainLoss,
      OptionalDouble evalLoss) {
    return new Lineage(
        model,
        architecture,
        dtype,
        parameters,
        parent,
        identity,
        runId,
        step,
        epoch,
        trainLoss,
        evalLoss,
        records);
  }
}
