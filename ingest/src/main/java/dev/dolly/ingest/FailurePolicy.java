package dev.dolly.ingest;

import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the application when one of its threads fails.
 *
 * <p>A failure that Kafka itself calls retriable (a broker away, a time-out, a leader elsewhere)
 * passes: the thread is replaced and goes on at the last commit. Anything else (no permission, a
 * topic or schema that isn't there, a defect) would meet a new thread at the same record again and
 * again: the application stops, where it can be seen. Nothing is lost either way: what was not
 * committed is read again.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(FailurePolicy.class);

  private volatile boolean closing;
  private volatile Throwable fatal;

  /** From now on the application is being closed: what fails is no failure of the application. */
  void expectClose() {
    closing = true;
  }

  /** What stopped the application, if anything has. */
  Optional<Throwable> fatal() {
    return Optional.ofNullable(fatal);
  }

  @Override
  public StreamThreadExceptionResponse handle(Throwable failure) {
    if (closing) {
      LOG.debug("Ingest gives up what it had at hand to close", failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RetriableException) {
        LOG.warn("Ingest failed and goes on at the last commit", failure);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
      }
    }
    LOG.error("Ingest failed for good and stops", failure);
    fatal = failure;
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }
}
