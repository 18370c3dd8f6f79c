package dev.dolly.eval.answers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.eval.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JSON lines of {@code {"instruction", "context"?, "response"?}}; other fields do not matter. */
public final class QuestionFile {
  private static final JsonMapper JSON = new JsonMapper();

  private QuestionFile() {}

  /**
   * @throws EvaluationException that names the file and the line
   */
  public static List<Question> read(Path file) {
    List<Question> questions = new ArrayList<>();
    int number = 0;
    try {
      for (String line : Files.readAllLines(file)) {
        number++;
        if (!line.isBlank()) {
          questions.add(question(JSON.readTree(line)));
        }
      }
    } catch (JsonProcessingException e) {
      throw new EvaluationException(
          "%s, line %d: no JSON: %s".formatted(file, number, e.getOriginalMessage()), e);
    } catch (EvaluationException e) {
      throw new EvaluationException("%s, line %d: %s".formatted(file, number, e.getMessage()), e);
    } catch (IOException e) {
      throw new EvaluationException("the questions cannot be read: " + e, e);
    }
    return questions;
  }

  private static Question question(JsonNode line) {
    String instruction = line.path("instruction").asText("");
    if (instruction.isBlank()) {
      throw new EvaluationException("instruction is missing");
    }
    return new Question(
        instruction,
        line.path("context").asText(""),
        Optional.ofNullable(line.path("response").textValue()));
  }
}
