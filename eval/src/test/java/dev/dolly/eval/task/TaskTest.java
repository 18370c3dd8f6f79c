package dev.dolly.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolly.eval.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskTest {
  @TempDir private Path directory;

  /** The hub's records ask what the normalised ones do. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "OPENBOOKQA|{'question_stem':'Rain is','choices':['wet','dry'],'gold':1}"
            + "|{'id':'7-1','question_stem':'Rain is','choices':{'text':['wet','dry'],'label':['A','B']},'answerKey':'B'}",
        "ARC_EASY|{'question':'Why?','choices':['a','b','c'],'gold':2}"
            + "|{'id':'x','question':'Why?','choices':{'text':['a','b','c'],'label':['1','2','3']},'answerKey':'3'}",
        "PIQA|{'goal':'g','sol1':'a','sol2':'b','label':1}"
            + "|{'goal':'g','sol1':'a','sol2':'b','label':'1'}",
        "BOOLQ|{'passage':'p','question':'q','label':1}"
            + "|{'passage':'p','question':'q','answer':true}",
        "HELLASWAG|{'query':'Act: One. Two','choices':['e. f','g'],'gold':0}"
            + "|{'activity_label':'Act','ctx_a':'One.','ctx_b':'tWO','endings':['e [title]f','[step]g'],'label':'0'}"
      })
  void bothFormsOfRecordsAskTheSame(String task, String normalised, String hub) throws Exception {
    assertThat(document(Task.valueOf(task), hub))
        .isEqualTo(document(Task.valueOf(task), normalised));
  }

  @Test
  void winograndePutsTheChoicesIntoTheContext() throws Exception {
    Document document =
        document(
            Task.WINOGRANDE,
            "{'sentence':'Ann met Bo and _ smiled. ','option1':'Ann','option2':'Bo','answer':'2'}");
    assertThat(document.requests())
        .containsExactly(
            new Request("Ann met Bo and Ann", " smiled."),
            new Request("Ann met Bo and Bo", " smiled."));
    assertThat(document.gold()).isEqualTo(1);
  }

  @Test
  void lengthsAreCodePointsWithoutTheSpace() throws Exception {
    Document document =
        document(Task.PIQA, "{'goal':'g','sol1':'a\uD83D\uDE00','sol2':'abc','label':0}");
    assertThat(document.lengths()).containsExactly(2, 3);
  }

  @Test
  void theFirstOfEqualsIsChosenAndOfYesAndNoTheNo() {
    assertThat(Task.PIQA.chosen(new double[] {-1, -1})).isZero();
    assertThat(Task.BOOLQ.chosen(new double[] {-1, -1})).isOne();
    assertThat(Task.BOOLQ.chosen(new double[] {-1, -2})).isZero();
  }

  @Test
  void aBrokenRecordIsNamedByItsLine() throws IOException {
    Path file = directory.resolve("test.jsonl");
    Files.writeString(
        file,
        "{\"question_stem\":\"a\",\"choices\":[\"b\",\"c\"],\"gold\":0}\n\n{\"question_stem\":7}\n");
    assertThatThrownBy(() -> TaskData.read(Task.OPENBOOKQA, file, 10))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(file + ", line 3: field question_stem must be a text");
    assertThat(TaskData.read(Task.OPENBOOKQA, file, 1).documents()).hasSize(1);
    Files.writeString(file, "{\"question_stem\":\"a\",\"choices\":[\"b\"],\"gold\":1}\n");
    assertThatThrownBy(() -> TaskData.read(Task.OPENBOOKQA, file, 10))
        .hasMessage(file + ", line 1: 1 choices, the right one is number 2");
  }

  @Test
  void thereAreSevenTasksAndAnErrorNamesThem() {
    assertThatThrownBy(() -> Task.named("mmlu"))
        .hasMessage(
            "there is no task 'mmlu'; there are openbookqa, arc_easy, winogrande, hellaswag,"
                + " arc_challenge, piqa, boolq");
  }

  private static Document document(Task task, String json) throws JsonProcessingException {
    return task.document(new JsonMapper().readTree(json.replace('\'', '"')));
  }
}
