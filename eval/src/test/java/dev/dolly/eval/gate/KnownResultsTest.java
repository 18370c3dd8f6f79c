package dev.dolly.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.schemas.avro.EvalResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownResultsTest {
  private static final String CODE = "1";
  private static final String DATA = "ab";
  private static final Metric VALUE = Metric.of(1, 0.1);

  private final KnownResults known = new KnownResults(CODE);

  @Test
  void whatWasMeasuredOfTheSameModelDataAndCodeIsKnown() {
    TaskResult result = result(Map.of("loss", VALUE));
    known.add(record("model", CODE, result));
    known.add(record("other", "2", result));

    assertThat(known.like("model", asked(result))).contains(asked(result));
    assertThat(known.like("other", asked(result))).isEmpty();
    assertThat(known.like("model", asked(new TaskResult("heldout", 1, Map.of(), "cd")))).isEmpty();
  }

  /** A suite's options may ask for answers, where before they did not. */
  @Test
  void whatLacksAMetricThatIsAskedForNowIsNotKnown() {
    known.add(record("model", CODE, result(Map.of("loss", VALUE))));

    TaskResult more = result(Map.of("loss", VALUE, "rougeL", VALUE));
    assertThat(known.like("model", asked(more))).isEmpty();
  }

  private static TaskResult result(Map<String, Metric> metrics) {
    return new TaskResult("heldout", 1, metrics, DATA);
  }

  private static List<SuiteResult> asked(TaskResult result) {
    return List.of(new SuiteResult("heldout", result));
  }

  private static EvalResult record(String digest, String code, TaskResult result) {
    return EvalResult.newBuilder()
        .setModel("m")
        .setVersion("v")
        .setDigest(digest)
        .setSuite("heldout")
        .setTask(result.task())
        .setDocs(result.docs())
        .setMetrics(KnownResults.metrics(result))
        .setDataDigest(result.dataDigest())
        .setCodeVersion(code)
        .setCreatedAt(0)
        .build();
  }
}
