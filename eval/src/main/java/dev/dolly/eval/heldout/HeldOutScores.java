package dev.dolly.eval.heldout;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.schemas.digest.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a model makes of records that were held out.
 *
 * @param records in the order of the split
 * @param leftOut how many more there were: as long as the model's window, or without instruction or
 *     response
 */
public record HeldOutScores(List<ScoredRecord> records, int leftOut) {
  /** Of all records; those of a category have its name behind it. */
  public static final String TASK = "heldout";

  public HeldOutScores {
    records = List.copyOf(records);
  }

  /**
   * TASK with loss, perplexity, rougeL and exact_match over all records, then {@code TASK/CATEGORY}
   * with rougeL, exact_match and loss of each, by name; rougeL and exact_match only where answers
   * were generated. Records without a category are those of {@code TASK/none}.
   *
   * <p>Standard errors are over records, of which one alone has none. A loss is a ratio of two sums
   * over them, Σ loss / Σ tokens, so its error is that of the ratio estimator (the delta method):
   * √(n/(n−1) · Σ (lossᵢ − L·tokensᵢ)²) / Σ tokens. That of perplexity, eᴸ, is eᴸ times as much.
   * That of a mean is the sample's standard deviation (n − 1) over √n.
   *
   * @param task the name of all
   */
  public List<TaskResult> results(String task) {
    List<TaskResult> results = new ArrayList<>();
    results.add(overall(task));
    Map<String, List<ScoredRecord>> byCategory =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    each -> each.record().text().category(), TreeMap::new, Collectors.toList()));
    byCategory.forEach((category, some) -> results.add(ofCategory(task, category, some)));
    return results;
  }

  /** The same under {@value #TASK}. */
  public List<TaskResult> results() {
    return results(TASK);
  }

  private TaskResult overall(String task) {
    Metric loss = loss(records);
    Map<String, Metric> metrics = new LinkedHashMap<>();
    metrics.put("loss", loss);
    double perplexity = Math.exp(loss.value());
    metrics.put(
        "perplexity",
        loss.stderr().isPresent()
            ? Metric.of(perplexity, perplexity * loss.stderr().getAsDouble())
            : Metric.of(perplexity));
    metrics.putAll(answers(records));
    return new TaskResult(task, records.size(), metrics, digest(records));
  }

  private static TaskResult ofCategory(String task, String category, List<ScoredRecord> some) {
    Map<String, Metric> metrics = answers(some);
    metrics.put("loss", loss(some));
    String name = category.isBlank() ? "none" : category;
    return new TaskResult(task + "/" + name, some.size(), metrics, digest(some));
  }

  private static Map<String, Metric> answers(List<ScoredRecord> some) {
    Map<String, Metric> metrics = new LinkedHashMap<>();
    if (some.get(0).answer().isPresent()) {
      metrics.put("rougeL", mean(some, ScoredRecord::rougeL));
      metrics.put("exact_match", mean(some, ScoredRecord::exactMatch));
    }
    return metrics;
  }

  private static Metric loss(List<ScoredRecord> some) {
    double tokens = some.stream().mapToDouble(ScoredRecord::tokens).sum();
    double loss = some.stream().mapToDouble(ScoredRecord::loss).sum() / tokens;
    double squares =
        some.stream()
            .mapToDouble(each -> each.loss() - loss * each.tokens())
            .map(off -> off * off)
            .sum();
    double n = some.size();
    return n < 2 ? Metric.of(loss) : Metric.of(loss, Math.sqrt(n / (n - 1) * squares) / tokens);
  }

  private static Metric mean(List<ScoredRecord> some, ToDoubleFunction<ScoredRecord> value) {
    double[] values = some.stream().mapToDouble(value).toArray();
    double n = values.length;
    double mean = Arrays.stream(values).sum() / n;
    double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
    return n < 2 ? Metric.of(mean) : Metric.of(mean, Math.sqrt(squares / (n - 1) / n));
  }

  /** Over the ids in their order. */
  private static String digest(List<ScoredRecord> some) {
    MessageDigest digest = Sha256.start();
    some.forEach(each -> digest.update(each.record().id().getBytes(UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }
}
