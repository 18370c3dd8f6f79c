package dev.dolly.training.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.training.run.StepMetric;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class RunReportTest {
  @Test
  void drawsEveryCurveAndNeedsNothingBesideIt() throws Exception {
    List<StepMetric> metrics = new ArrayList<>();
    for (int step = 10; step <= 100; step += 10) {
      OptionalDouble eval = step % 50 == 0 ? OptionalDouble.of(1.5) : OptionalDouble.empty();
      metrics.add(new StepMetric(step, 0.1, 200.0 / step, eval, 1, 1e-5, 500, 900, 1e9, 0, 0, 0));
    }

    String html = new RunReport("Run <1>", Map.of("model", "a & b"), metrics).html();

    assertThat(html)
        .contains("<title>Run &lt;1&gt;</title>", "a &amp; b", "step 50: held out 1.5")
        .doesNotContain("http", "src=", "<script");
    List<Document> charts = svgs(html);
    assertThat(charts)
        .extracting(chart -> chart.getDocumentElement().getAttribute("aria-label"))
        .containsExactly("Loss", "Learning rate", "Gradient norm", "Tokens a second");
    Element loss = (Element) charts.get(0).getElementsByTagName("polyline").item(0);
    String[] points = loss.getAttribute("points").split(" ");
    assertThat(points).hasSize(10);
    // the loss falls: later points lie lower, which in SVG is a greater y
    assertThat(Double.parseDouble(points[9].split(",")[1]))
        .isGreaterThan(Double.parseDouble(points[0].split(",")[1]));
  }

  @Test
  void aRunWithoutMeasurementsSaysSo() {
    assertThat(new RunReport("r", Map.of(), List.of()).html()).contains("No step was measured.");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, 5, 0, 10, 2, 2, 2",
    "1.2, 21.3, 5, 0, 25, 5, 20, 20",
    "3, 3, 5, 3, 4, 1, 3, 3",
    "0, 0.00001, 5, 0, 1e-5, 2e-6, 4e-6, 4.00e-6",
    "0.1, 0.35, 5, 0.1, 0.35, 0.05, 0.15, 0.15",
    "0, 10, 4, 0, 10, 2.5, 7.5, 7.5",
    "900, 12000, 4, 0, 15000, 5000, 5000, '5,000'",
  })
  void axesHaveRoundMarks(
      double min,
      double max,
      int marks,
      double low,
      double high,
      double step,
      double at,
      String label) {
    Axis axis = Axis.over(min, max, marks);

    assertThat(axis.step()).isCloseTo(step, within(step));
    assertThat(axis.low()).isCloseTo(low, within(step));
    assertThat(axis.high()).isCloseTo(high, within(step));
    assertThat(axis.marks()).anySatisfy(mark -> assertThat(mark).isCloseTo(at, within(step)));
    assertThat(axis.label(at)).isEqualTo(label);
  }

  private static org.assertj.core.data.Offset<Double> within(double step) {
    return org.assertj.core.data.Offset.offset(step * 1e-9);
  }

  private static List<Document> svgs(String html) throws Exception {
    List<Document> all = new ArrayList<>();
    for (int from = html.indexOf("<svg"); from >= 0; from = html.indexOf("<svg", from + 1)) {
      String svg = html.substring(from, html.indexOf("</svg>", from) + "</svg>".length());
      all.add(
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(svg))));
    }
    return all;
  }
}
