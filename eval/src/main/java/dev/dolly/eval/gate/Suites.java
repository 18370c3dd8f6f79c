package dev.dolly.eval.gate;

import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.heldout.HeldOutEvaluation;
import dev.dolly.eval.heldout.HeldOutRecord;
import dev.dolly.eval.heldout.HeldOutSplit;
import dev.dolly.eval.task.Task;
import dev.dolly.eval.task.TaskData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The suites that a rules file can name, made from their options. */
public final class Suites {
  /** Makes a suite of its options; those that it knows it takes out. */
  @FunctionalInterface
  private interface Maker {
    Suite make(Map<String, String> options, Path folder, GateSettings gate);
  }

  private static final Map<String, Maker> MAKERS =
      new TreeMap<>(
          Map.of(
              AnswersSuite.NAME, Suites::answers,
              HeldOutSuite.NAME, Suites::heldOut,
              ZeroShotSuite.NAME, Suites::zeroShot));

  private Suites() {}

  /**
   * Makes all that the rules name, and reads their data.
   *
   * @param folder that paths in the options are relative to: the rules file's
   * @param gate whose cluster has the records that runs held out
   * @throws EvaluationException one line that names every suite and option that cannot be, or the
   *     data
   */
  public static List<Suite> of(GateRules rules, Path folder, GateSettings gate) {
    List<String> problems = new ArrayList<>();
    List<Suite> suites = new ArrayList<>();
    rules
        .suites()
        .forEach(
            (name, given) -> {
              Maker maker = MAKERS.get(name);
              if (maker == null) {
                problems.add("there is no suite %s; there are %s".formatted(name, MAKERS.keySet()));
                return;
              }
              Map<String, String> options = new HashMap<>(given);
              try {
                suites.add(maker.make(options, folder, gate));
              } catch (EvaluationException | IllegalArgumentException e) {
                problems.add(name + ": " + e.getMessage());
              }
              new TreeMap<>(options)
                  .keySet()
                  .forEach(option -> problems.add(name + " has no option " + option));
            });
    if (!problems.isEmpty()) {
      throw new EvaluationException("suites: " + String.join("; ", problems));
    }
    return suites;
  }

  private static Suite zeroShot(Map<String, String> options, Path folder, GateSettings gate) {
    String tasks = options.remove("tasks");
    String limit = options.remove("limit");
    String data = options.remove("data");
    int documents = limit == null ? Integer.MAX_VALUE : positive("limit", limit);
    Path directory = folder.resolve(data == null ? "eval" : data);
    List<Task> chosen =
        tasks == null
            ? List.of(Task.values())
            : Arrays.stream(tasks.split(",")).map(String::strip).map(Task::named).toList();
    return new ZeroShotSuite(
        chosen.stream()
            .map(task -> TaskData.read(task, directory.resolve(task.file()), documents))
            .toList());
  }

  private static Suite heldOut(Map<String, String> options, Path folder, GateSettings gate) {
    String limit = options.remove("limit");
    return new HeldOutSuite(
        gate,
        limit == null ? Integer.MAX_VALUE : positive("limit", limit),
        tokens(options, OptionalInt.empty()));
  }

  private static Suite answers(Map<String, String> options, Path folder, GateSettings gate) {
    String questions = options.remove("questions");
    OptionalInt tokens = tokens(options, OptionalInt.of(HeldOutEvaluation.MAX_NEW_TOKENS));
    if (questions == null) {
      throw new IllegalArgumentException("questions must name a file");
    }
    return new AnswersSuite(AnswersSuite.NAME, questions(folder.resolve(questions)), tokens);
  }

  private static OptionalInt tokens(Map<String, String> options, OptionalInt otherwise) {
    String tokens = options.remove("max_new_tokens");
    return tokens == null ? otherwise : OptionalInt.of(positive("max_new_tokens", tokens));
  }

  /** All of a file: one that is left out would make another set of them. */
  private static List<HeldOutRecord> questions(Path file) {
    HeldOutSplit split;
    try {
      split =
          HeldOutSplit.ofFile(
              file,
              broken -> {
                throw new EvaluationException(broken.in(file.toString()));
              });
    } catch (IOException e) {
      throw new EvaluationException("the questions cannot be read: " + e, e);
    }
    if (split instanceof HeldOutSplit.Found found) {
      return found.records();
    }
    throw new EvaluationException(((HeldOutSplit.Absent) split).message());
  }

  private static int positive(String option, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(option + " must be a whole number above 0: " + text);
  }
}
