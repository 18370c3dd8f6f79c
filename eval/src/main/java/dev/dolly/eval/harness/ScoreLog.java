package dev.dolly.eval.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.dolly.engine.scoring.Score;
import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.task.TaskData;
import dev.dolly.schemas.digest.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The scores that a model has for a task so far, a JSON line a document in the order of the data,
 * so that an evaluation which is killed goes on where it was. A line that a kill tore is left out.
 *
 * <p>One file for each model, task and data: whatever its scores depend on is in the name.
 */
final class ScoreLog {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;

  private ScoreLog(Path file) {
    this.file = file;
  }

  /**
   * @param directory for all logs, made if it is missing
   * @param model whatever of the model its scores depend on
   */
  static ScoreLog of(Path directory, String model, TaskData data) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw failed(directory, e);
    }
    String identity = model + "\0" + data.task() + "\0" + data.digest();
    String hash = HexFormat.of().formatHex(Sha256.start().digest(identity.getBytes(UTF_8)));
    return new ScoreLog(
        directory.resolve(data.task().title() + "-" + hash.substring(0, 16) + ".jsonl"));
  }

  /** What is there already, and whole; what is not is cut off. */
  List<DocumentScores> read() {
    List<DocumentScores> scores = new ArrayList<>();
    if (!Files.exists(file)) {
      return scores;
    }
    try {
      String text = Files.readString(file);
      String whole = text.substring(0, text.lastIndexOf('\n') + 1);
      if (whole.length() < text.length()) {
        Files.writeString(file, whole);
      }
      for (String line : whole.lines().toList()) {
        scores.add(parse(line));
      }
      return scores;
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static DocumentScores parse(String line) throws JsonProcessingException {
    List<Score> scores = new ArrayList<>();
    for (JsonNode score : JSON.readTree(line)) {
      scores.add(new Score(score.get(0).doubleValue(), score.get(1).booleanValue()));
    }
    return new DocumentScores(scores);
  }

  /** Adds the next documents'. */
  void append(List<DocumentScores> scores) {
    StringBuilder lines = new StringBuilder();
    for (DocumentScores document : scores) {
      ArrayNode line = JSON.createArrayNode();
      document
          .scores()
          .forEach(score -> line.addArray().add(score.logLikelihood()).add(score.greedy()));
      lines.append(line).append('\n');
    }
    try {
      Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static EvaluationException failed(Path file, IOException e) {
    return new EvaluationException("what is scored cannot be kept in " + file + ": " + e, e);
  }
}
