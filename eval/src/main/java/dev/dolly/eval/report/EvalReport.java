package dev.dolly.eval.report;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * An evaluation for people.
 *
 * @param created when it was done
 * @param limit documents of each task that were asked, the first of the file; empty: all
 * @param models with different names, in the order in which they are shown
 * @param published rows to compare with; may be empty
 * @param samples may be empty
 */
public record EvalReport(
    String title,
    Instant created,
    OptionalLong limit,
    List<ModelResults> models,
    List<PublishedRow> published,
    List<SampleAnswers> samples) {
  public EvalReport {
    models = List.copyOf(models);
    published = List.copyOf(published);
    samples = List.copyOf(samples);
    if (models.stream().map(ModelResults::name).distinct().count() < models.size()) {
      throw new IllegalArgumentException("two models of one name; answers could not be told apart");
    }
  }
}
