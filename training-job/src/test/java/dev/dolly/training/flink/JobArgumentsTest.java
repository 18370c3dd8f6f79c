package dev.dolly.training.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dolly.training.Fixtures;
import dev.dolly.training.options.InvalidOptionsException;
import java.util.Map;
import org.apache.flink.util.ParameterTool;
import org.junit.jupiter.api.Test;

class JobArgumentsTest {
  @Test
  void readsACommandLineWithFlagsAndClientProperties() {
    JobArguments arguments =
        JobArguments.of(
            ParameterTool.fromArgs(
                    new String[] {
                      "--bootstrap-servers",
                      "broker:9092",
                      "--schema-registry",
                      "http://registry",
                      "--kafka.security.protocol",
                      "SSL",
                      "--input-model",
                      Fixtures.model("neox").toString(),
                      "--no-shuffle",
                      "--local-output-dir",
                      "out"
                    })
                .toMap());

    assertThat(arguments.trainingOptions().order().shuffle()).isFalse();
    assertThat(arguments.trainingOptions().output().resume()).isFalse();
    assertThat(arguments.resumed().trainingOptions().output().resume()).isTrue();
    assertThat(arguments.kafka().clientProperties())
        .containsEntry("security.protocol", "SSL")
        .containsEntry("bootstrap.servers", "broker:9092");
  }

  @Test
  void reportsAllProblemsTogether() {
    InvalidOptionsException e =
        catchThrowableOfType(
            InvalidOptionsException.class,
            () -> JobArguments.of(Map.of("schema-registry", "r", "lr", "x", "nonsense", "1")));

    assertThat(e.problems())
        .contains("bootstrap-servers is missing", "lr must be above 0: x")
        .contains("nonsense is no option of training");
  }
}
