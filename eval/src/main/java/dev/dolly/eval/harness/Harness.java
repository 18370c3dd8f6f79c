package dev.dolly.eval.harness;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.scoring.Continuations;
import dev.dolly.engine.scoring.Score;
import dev.dolly.engine.scoring.Scorer;
import dev.dolly.engine.scoring.TokenSequence;
import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.task.Document;
import dev.dolly.eval.task.Request;
import dev.dolly.eval.task.TaskData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Scores tasks with one model: a document's choices in one group, so that what their contexts have
 * in common is computed once, and many documents in a pass without padding. One thread, that which
 * made it.
 */
public final class Harness implements AutoCloseable {
  /** Documents between two entries in the log, and two looks at whether to go on. */
  private static final int CHUNK = 64;

  private final LanguageModel model;
  private final Scorer scorer;
  private final Continuations texts;
  private final Optional<Path> logs;
  private final Listener listener;

  /** Hears how far it is, on the harness' thread. */
  public interface Listener {
    /**
     * So many of the task's documents are scored.
     *
     * @param computed how many of them just now: the others came from the log
     * @throws RuntimeException to give up; what is scored stays in the log
     */
    void scored(TaskData data, int documents, int computed);
  }

  /**
   * @param model stays the caller's
   * @param maxSequences requests computed at once
   * @param logs a folder in which scores are kept, so that an evaluation that is killed goes on
   *     from there; empty: nowhere
   */
  public Harness(LanguageModel model, int maxSequences, Optional<Path> logs, Listener listener) {
    this.model = model;
    this.texts = new Continuations(model.tokenizer(), model.window());
    this.logs = logs;
    this.listener = listener;
    model.prepareThread();
    this.scorer = new Scorer(model, maxSequences);
  }

  /**
   * Scores a task's documents.
   *
   * @throws EvaluationException for one that the model cannot score
   */
  public TaskScores run(TaskData data) {
    Optional<ScoreLog> log =
        logs.map(folder -> ScoreLog.of(folder, model.digest() + "\0" + model.fingerprint(), data));
    List<DocumentScores> scores = log.map(ScoreLog::read).orElseGet(ArrayList::new);
    List<Document> documents = data.documents();
    int known = scores.size();
    listener.scored(data, known, 0);
    while (scores.size() < documents.size()) {
      int from = scores.size();
      List<DocumentScores> next = score(data, from, Math.min(from + CHUNK, documents.size()));
      log.ifPresent(file -> file.append(next));
      scores.addAll(next);
      listener.scored(data, scores.size(), scores.size() - known);
    }
    return new TaskScores(data, scores.subList(0, documents.size()));
  }

  private List<DocumentScores> score(TaskData data, int from, int to) {
    List<List<TokenSequence>> groups = new ArrayList<>();
    for (int number = from; number < to; number++) {
      try {
        groups.add(data.documents().get(number).requests().stream().map(this::encode).toList());
      } catch (IllegalArgumentException e) {
        throw new EvaluationException(
            "%s, document %d: %s".formatted(data.task().title(), number, e.getMessage()), e);
      }
    }
    List<List<Score>> scores = scorer.score(groups, Scorer.Listener.NONE);
    return scores.stream().map(DocumentScores::new).toList();
  }

  private TokenSequence encode(Request request) {
    return texts.encode(request.context(), request.continuation());
  }

  @Override
  public void close() {
    scorer.close();
  }
}
