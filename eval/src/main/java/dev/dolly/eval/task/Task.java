package dev.dolly.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.text.PythonSpace;
import dev.dolly.eval.EvaluationException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tasks in the order of the published table. All are zero-shot, without a description; one
 * space parts context and continuation. Records are read in the normalised form ({@code choices},
 * {@code gold}) and in the one that the Hugging Face hub has.
 */
public enum Task {
  OPENBOOKQA(
      "test", Metric.ACC_NORM, 0.25, fields -> choices(fields.text("question_stem"), fields)),
  ARC_EASY("test", Metric.ACC_NORM, 0.25, Task::arc),
  WINOGRANDE("validation", Metric.ACC, 0.5, Task::winogrande),
  HELLASWAG("validation", Metric.ACC_NORM, 0.25, Hellaswag::document),
  ARC_CHALLENGE("test", Metric.ACC_NORM, 0.25, Task::arc),
  PIQA("validation", Metric.ACC_NORM, 0.5, Task::piqa),
  BOOLQ("validation", Metric.ACC, 0.5, Task::boolq);

  /** What the table shows of a task; the second has the first beside it. */
  public enum Metric {
    ACC,
    /** Normalised by the choices' length. */
    ACC_NORM;

    public String title() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String split;
  private final Metric tableMetric;
  private final double chance;
  private final Function<Fields, Document> format;

  Task(String split, Metric tableMetric, double chance, Function<Fields, Document> format) {
    this.split = split;
    this.tableMetric = tableMetric;
    this.chance = chance;
    this.format = format;
  }

  /** As in the table, in lower case. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The part of the dataset that is asked. */
  public String split() {
    return split;
  }

  /** Where its data lies in a folder for all tasks. */
  public String file() {
    return title() + "/" + split + ".jsonl";
  }

  public Metric tableMetric() {
    return tableMetric;
  }

  /** What guessing gives. */
  public double chance() {
    return chance;
  }

  /**
   * The task of that name.
   *
   * @throws EvaluationException that names all there are
   */
  public static Task named(String title) {
    return find(title)
        .orElseThrow(
            () ->
                new EvaluationException(
                    "there is no task '%s'; there are %s"
                        .formatted(
                            title,
                            Arrays.stream(values())
                                .map(Task::title)
                                .collect(Collectors.joining(", ")))));
  }

  /** The task of that name. */
  public static Optional<Task> find(String title) {
    return Arrays.stream(values()).filter(task -> task.title().equals(title)).findFirst();
  }

  /**
   * One record of the data.
   *
   * @throws EvaluationException without the place, which the caller knows
   */
  Document document(JsonNode record) {
    try {
      return format.apply(new Fields(record));
    } catch (IllegalArgumentException e) {
      throw new EvaluationException(e.getMessage(), e);
    }
  }

  /**
   * The choice that such log-likelihoods make: the largest, the first of equals; for boolq a tie is
   * a no.
   */
  public int chosen(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best] || (this == BOOLQ && values[i] == values[best])) {
        best = i;
      }
    }
    return best;
  }

  static Document document(String context, List<String> choices, int gold) {
    return new Document(
        choices.stream().map(choice -> new Request(context, " " + choice)).toList(),
        gold,
        choices.stream().map(choice -> choice.codePointCount(0, choice.length())).toList());
  }

  private static Document choices(String context, Fields fields) {
    return document(context, fields.choices(), fields.gold());
  }

  private static Document arc(Fields fields) {
    return choices("Question: " + fields.text("question") + "\nAnswer:", fields);
  }

  private static Document piqa(Fields fields) {
    return document(
        "Question: " + fields.text("goal") + "\nAnswer:",
        List.of(fields.text("sol1"), fields.text("sol2")),
        fields.label("label"));
  }

  private static Document boolq(Fields fields) {
    int yes = fields.label(fields.has("answer") ? "answer" : "label");
    return document(
        "%s\nQuestion: %s?\nAnswer:".formatted(fields.text("passage"), fields.text("question")),
        List.of("yes", "no"),
        1 - yes);
  }

  /** The choices stand in the context; what follows is the same for both. */
  private static Document winogrande(Fields fields) {
    String sentence = fields.text("sentence");
    int blank = sentence.indexOf('_');
    if (blank < 0) {
      throw new EvaluationException("sentence has no _");
    }
    String continuation = " " + PythonSpace.strip(sentence.substring(blank + 1));
    int length = continuation.codePointCount(1, continuation.length());
    String before = sentence.substring(0, blank);
    return new Document(
        List.of(
            new Request(before + fields.text("option1"), continuation),
            new Request(before + fields.text("option2"), continuation)),
        fields.label("answer") - 1,
        List.of(length, length));
  }
}
