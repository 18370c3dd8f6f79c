package dev.dolly.inference.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.Timings;
import dev.dolly.schemas.prompt.PromptPosition;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class RequestLogTest {
  private static final PromptPosition POSITION = new PromptPosition("dolly.prompts", 3, 17);

  private final List<LogEvent> lines = new ArrayList<>();
  private final AbstractAppender appender =
      new AbstractAppender("lines", null, null, false, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          lines.add(event.toImmutable());
        }
      };
  private final Logger logger = (Logger) LogManager.getLogger(RequestLog.class);
  private final RequestLog log = new RequestLog();

  @BeforeEach
  void listen() {
    appender.start();
    Configurator.setLevel(logger, Level.DEBUG);
    logger.addAppender(appender);
  }

  @AfterEach
  void unlisten() {
    logger.removeAppender(appender);
    Configurator.setLevel(logger, Level.WARN);
  }

  @Test
  void namesRequestAndModelOnEachLineAndOnNoOther() {
    log.answered(response(), POSITION);
    log.gaveUp("q", "run-000100", POSITION, ErrorCode.TOO_LARGE, "too large");
    log.cancelled("q", "run-000100", POSITION);
    log.startedAgain("q", "run-000100", POSITION, "run-000001");
    log.suspected("q", "run-000100", POSITION, 1);
    log.quarantined("q", "run-000100", POSITION, 3);
    assertThat(lines)
        .extracting(
            LogEvent::getLevel,
            line -> (String) line.getContextData().getValue("request_id"),
            line -> (String) line.getContextData().getValue("model_version"))
        .containsExactly(
            tuple(Level.DEBUG, "q", "run-000100"),
            tuple(Level.INFO, "q", "run-000100"),
            tuple(Level.INFO, "q", "run-000100"),
            tuple(Level.WARN, "q", "run-000100"),
            tuple(Level.WARN, "q", "run-000100"),
            tuple(Level.WARN, "q", "run-000100"));
    assertThat(lines)
        .allMatch(line -> line.getMessage().getFormattedMessage().contains(POSITION.toString()));
    assertThat(MDC.get("request_id")).isNull();
    assertThat(MDC.get("model_version")).isNull();
  }

  @Test
  void doesWithoutAnIdThatNobodyCouldRead() {
    log.gaveUp(null, "run-000100", POSITION, ErrorCode.MALFORMED_AVRO, "broken");
    assertThat(lines).hasSize(1);
  }

  private static Response response() {
    return Response.newBuilder()
        .setRequestId("q")
        .setText("")
        .setFinishReason(FinishReason.END)
        .setPromptTokens(1)
        .setGeneratedTokens(1)
        .setResumedTokens(0)
        .setSeed(1)
        .setModel(new ModelRef("neox", "run-000100", "abc", "float32"))
        .setEngine("e")
        .setDeterministic(false)
        .setTimings(new Timings(1L, 2L, 3L))
        .setOrigin(new Origin("dolly.prompts", 3, 17L))
        .setCreatedAt(0)
        .build();
  }
}
