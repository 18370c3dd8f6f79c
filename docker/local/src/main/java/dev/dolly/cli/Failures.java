package dev.dolly.cli;

import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.eval.EvaluationException;
import dev.dolly.hub.HubException;
import dev.dolly.ingest.dataset.LoaderFencedException;
import dev.dolly.ingest.dataset.RefusedDatasetException;
import dev.dolly.local.StackException;
import dev.dolly.schemas.registry.SchemaRegistrationException;
import dev.dolly.training.run.BadRecordException;
import dev.dolly.training.run.TrainingFailedException;
import org.apache.kafka.common.KafkaException;

/** Which failures say all that a user needs in their message. */
final class Failures {
  private Failures() {}

  static boolean isForUsers(Throwable e) {
    return e instanceof CommandException
        || e instanceof StackException
        || e instanceof ModelFormatException
        || e instanceof EvaluationException
        || e instanceof HubException
        || e instanceof SchemaRegistrationException
        || e instanceof TrainingFailedException
        || e instanceof BadRecordException
        || e instanceof LoaderFencedException
        || e instanceof RefusedDatasetException
        || e instanceof KafkaException
        || e instanceof IllegalArgumentException;
  }
}
