package dev.dolly.inference.generate;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.prompt.PromptPosition;
import java.util.Objects;
import javax.annotation.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * What happens to single requests, in the log. Each line carries the request's id and the model's
 * version in the logging context.
 */
final class RequestLog {
  static final String REQUEST_ID = "request_id";
  static final String MODEL_VERSION = "model_version";

  private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

  void answered(Response response, PromptPosition prompt) {
    with(
        response.getRequestId(),
        response.getModel().getVersion(),
        () ->
            LOG.debug(
                "{} answered: {} with {} tokens",
                prompt,
                response.getFinishReason(),
                response.getGeneratedTokens()));
  }

  void gaveUp(
      @Nullable String requestId,
      String version,
      PromptPosition prompt,
      ErrorCode code,
      String message) {
    with(requestId, version, () -> LOG.info("{} given up: {}, {}", prompt, code, message));
  }

  void quarantined(String requestId, String version, PromptPosition prompt, int deaths) {
    with(
        requestId,
        version,
        () -> LOG.warn("{} was computed at {} deaths of the process", prompt, deaths));
  }

  void suspected(String requestId, String version, PromptPosition prompt, int deaths) {
    with(
        requestId,
        version,
        () ->
            LOG.warn(
                "{} was computed when the process died ({} in a row) and is tried alone",
                prompt,
                deaths));
  }

  void cancelled(String requestId, String version, PromptPosition prompt) {
    with(requestId, version, () -> LOG.info("{} cancelled", prompt));
  }

  void startedAgain(String requestId, String version, PromptPosition prompt, String begunOn) {
    with(
        requestId,
        version,
        () ->
            LOG.warn(
                "{} was begun on model version {} and starts again on {}",
                prompt,
                begunOn,
                version));
  }

  @SuppressWarnings("try") // what closes is not otherwise used
  private void with(@Nullable String requestId, String modelVersion, Runnable line) {
    try (MDC.MDCCloseable id =
            MDC.putCloseable(REQUEST_ID, Objects.requireNonNullElse(requestId, ""));
        MDC.MDCCloseable version = MDC.putCloseable(MODEL_VERSION, modelVersion)) {
      line.run();
    }
  }
}
