package dev.dolly.schemas.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.dataset.DatasetEntry.Broken;
import dev.dolly.schemas.dataset.DatasetEntry.Found;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetFileTest {
  @TempDir Path directory;

  @Test
  void readsDollysLines() throws IOException {
    List<DatasetEntry> entries =
        read(
            """
            {"instruction": "Why?", "context": "", "response": "So.", "category": "open_qa"}

            {"response": "ü", "instruction": "q", "category": null, "more": [1, {"a": 2}]}""");

    assertThat(texts(entries))
        .containsExactly(
            new InstructionText("Why?", "", "So.", "open_qa"),
            new InstructionText("q", "", "ü", ""));
    assertThat(entries).extracting(DatasetEntry::line).containsExactly(0L, 2L);
  }

  @Test
  void readsAlpacasArray() throws IOException {
    List<DatasetEntry> entries =
        read(
            """
            [
              {"instruction": "Translate", "input": "Haus", "output": "house"},
              {"instruction": "Sing", "input": "", "output": "la"}
            ]
            """);

    assertThat(texts(entries))
        .containsExactly(
            new InstructionText("Translate", "Haus", "house", ""),
            new InstructionText("Sing", "", "la", ""));
    assertThat(entries).extracting(DatasetEntry::line).containsExactly(1L, 2L);
  }

  @Test
  void readsSelfInstructsTasksAndWhatItTrainsOn() throws IOException {
    List<DatasetEntry> entries =
        read(
            """
            {"id": "seed_task_0", "instruction": "Add", "instances": [{"input": "1 2", "output": "3"}, {"input": "2 2", "output": "4"}], "is_classification": false}
            {"instruction": "Good or bad?", "is_classification": true, "instances": [{"input": "ugh", "output": "bad"}]}
            {"prompt": "Sing", "completion": "la"}
            """);

    assertThat(texts(entries))
        .containsExactly(
            new InstructionText("Add", "1 2", "3", ""),
            new InstructionText("Add", "2 2", "4", ""),
            new InstructionText("Good or bad?", "ugh", "bad", "classification"),
            new InstructionText("Sing", "", "la", ""));
    assertThat(entries).extracting(DatasetEntry::line).containsExactly(0L, 0L, 1L, 2L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"instruction\": \"a\", \"response\": \"b\"}\n",
        "[{\"instruction\": \"a\", \"output\": \"b\"}]\n\n"
      })
  void readsCompressedFilesAsWell(String text) throws Exception {
    Path file = directory.resolve("data.json.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    List<DatasetEntry> entries = new ArrayList<>();

    String digest = DatasetFile.read(file, entries::add);

    assertThat(texts(entries)).containsExactly(new InstructionText("a", "", "b", ""));
    assertThat(((Found) entries.get(0)).id()).isEqualTo(((Found) read(text).get(0)).id());
    assertThat(digest).isEqualTo(sha256(Files.readAllBytes(file)));
  }

  @Test
  void refusesARecordThatNoBrokerTakesAndReadsOn() throws IOException {
    String large = "{\"instruction\": \"" + "a".repeat(DatasetFile.RECORD_BYTES) + "\"";

    List<DatasetEntry> entries = read(large + "\n{\"instruction\": \"a\", \"response\": \"b\"}\n");

    assertThat(((Broken) entries.get(0)).reason().code()).isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(entries.get(0).bytes()).hasSizeBetween(DatasetFile.RECORD_BYTES, large.length());
    assertThat(entries.get(1)).isInstanceOf(Found.class);
  }

  @Test
  void namesARecordByItsContentAndHowOftenItWasThere() throws Exception {
    String line = "{\"instruction\": \"é\", \"response\": \"b\", \"category\": \"c\"}\n";

    List<String> ids =
        read(line + line + "{\"instruction\": \"é\", \"response\": \"bc\"}\n" + line).stream()
            .map(entry -> ((Found) entry).id())
            .toList();

    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids.get(0)).isEqualTo(id("é", "", "b", "c", 0));
    assertThat(ids.get(1)).isEqualTo(id("é", "", "b", "c", 1));
    assertThat(ids.get(3)).isEqualTo(id("é", "", "b", "c", 2));
    assertThat(((Found) read(line).get(0)).id()).isEqualTo(ids.get(0));
  }

  private static String id(String a, String b, String c, String d, int earlier) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(100);
    for (String field : List.of(a, b, c, d)) {
      byte[] utf8 = field.getBytes(StandardCharsets.UTF_8);
      bytes.putInt(utf8.length).put(utf8);
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(bytes.putInt(earlier).flip());
    return HexFormat.of().formatHex(digest.digest());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"instruction\": \"a\"} | MISSING_FIELD | response is missing",
        "{\"response\": \"a\"} | MISSING_FIELD | instruction is missing",
        "{\"instruction\": 5, \"response\": \"a\"} | WRONG_TYPE | instruction must be a string",
        "{\"instruction\": \"a\", \"instances\": []} | MISSING_FIELD | instances has none",
        "{\"instruction\": \"a\", \"instances\": [3]} | WRONG_TYPE | must be a JSON object",
        "{\"instruction\": \"a\", \"instances\": [{\"input\": \"\"}]} | MISSING_FIELD | response",
        "[1] | WRONG_TYPE | must be a JSON object",
        "{\"instruction\": \"a\", | MALFORMED_JSON | not JSON",
        "{\"instruction\": \"a\", \"instruction\": \"b\"} | MALFORMED_JSON | not JSON",
        "{\"instruction\": \"a\", \"response\": \"\\ud800\"} | MALFORMED_JSON | surrogate",
        "{\"instruction\": \"a\", \"input\": \"b\", \"context\": \"c\"} | MALFORMED_JSON | two names",
      })
  void saysWhatIsWrongWithALineAndGoesOn(String line, ErrorCode code, String reason)
      throws IOException {
    String good = "{\"instruction\": \"a\", \"response\": \"b\"}\n";
    List<DatasetEntry> entries = read(good + line + "\n" + good);

    Broken broken = (Broken) entries.get(1);
    assertThat(broken.line()).isEqualTo(1);
    assertThat(broken.reason().code()).isEqualTo(code);
    assertThat(broken.reason().message()).contains(reason);
    assertThat(new String(broken.bytes(), StandardCharsets.UTF_8)).isEqualTo(line);
    assertThat(entries.get(2)).isInstanceOf(Found.class);
  }

  @Test
  void aBadElementOfAnArrayDoesNotEndTheOthers() throws IOException {
    String twice = "{\"instruction\": \"[\\\"\", \"x\" :\n1,\"x\":2}";
    String latin = "{\"instruction\": \"é\"}";
    Path file = directory.resolve("data.json");
    Files.write(
        file,
        ("[\n  {\"instruction\": \"]\", \"response\": \"\\\\\"},\n"
                + (twice + " ,\n" + latin + ", 5,{\"a\": 1 {]},\n\n")
                + "{\n\"instruction\": \"a\", \"response\": \"b\"\n}\n]")
            .getBytes(StandardCharsets.ISO_8859_1));
    List<DatasetEntry> entries = new ArrayList<>();

    DatasetFile.read(file, entries::add);

    assertThat(entries).extracting(DatasetEntry::line).containsExactly(1L, 2L, 4L, 4L, 4L, 6L);
    assertThat(entries.subList(1, 5)).allMatch(Broken.class::isInstance);
    assertThat(new String(entries.get(1).bytes(), StandardCharsets.ISO_8859_1)).isEqualTo(twice);
    assertThat(new String(entries.get(2).bytes(), StandardCharsets.ISO_8859_1)).isEqualTo(latin);
    assertThat(new String(entries.get(4).bytes(), StandardCharsets.ISO_8859_1))
        .isEqualTo("{\"a\": 1 {]}");
    assertThat(texts(List.of(entries.get(0), entries.get(5))))
        .containsExactly(
            new InstructionText("]", "", "\\", ""), new InstructionText("a", "", "b", ""));
  }

  @Test
  void anElementMayBeLongerThanWhatIsReadAtOnce() throws IOException {
    String good = "{\"instruction\": \"" + "a".repeat(200_000) + "\", \"response\": \"b\"}";
    String large = "{\"instruction\": \"" + "a".repeat(DatasetFile.RECORD_BYTES) + "\"}";

    List<DatasetEntry> entries = read("[" + good + "," + large + "," + good + "]");

    assertThat(new String(entries.get(0).bytes(), StandardCharsets.UTF_8)).isEqualTo(good);
    assertThat(((Broken) entries.get(1)).reason().code()).isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(entries.get(2)).isInstanceOf(Found.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uFEFF", " \r\n\t\n", "\uFEFF\n \n"})
  void looksPastWhiteSpaceAndAByteOrderMark(String before) throws IOException {
    String one = "{\"instruction\": \"a\", \"response\": \"b\"}";
    long line = before.chars().filter(c -> c == '\n').count();

    List<DatasetEntry> array = read(before + "[" + one + ",\n5]");
    List<DatasetEntry> lines = read(before + one + "\n5\n");

    for (List<DatasetEntry> entries : List.of(array, lines)) {
      assertThat(entries).extracting(DatasetEntry::line).containsExactly(line, line + 1);
      assertThat(((Found) entries.get(0)).text()).isEqualTo(new InstructionText("a", "", "b", ""));
      assertThat(((Broken) entries.get(1)).reason().code()).isEqualTo(ErrorCode.WRONG_TYPE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[5,", "[", "[5", "[\"5]", "[{]", "[5,]", "[,5]", "[5}]"})
  void refusesATornArray(String array) {
    assertThatThrownBy(() -> read(array))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("data.json: is no JSON array: line 1: ");
  }

  @Test
  void anArrayMayHaveNoElements() throws IOException {
    assertThat(read("[ ]\n")).isEmpty();
  }

  @Test
  void tellsTheFilesDigest() throws Exception {
    Path file = directory.resolve("data.json");
    Files.writeString(file, "{\"instruction\": \"a\", \"response\": \"b\"}\n\n");

    String digest = DatasetFile.read(file, entry -> {});

    assertThat(digest).isEqualTo(sha256(Files.readAllBytes(file)));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void refusesWhatFollowsAnArray() {
    assertThatThrownBy(() -> read("[{\"instruction\": \"a\", \"response\": \"b\"}] x"))
        .isInstanceOf(IOException.class);
  }

  private List<DatasetEntry> read(String text) throws IOException {
    Path file = directory.resolve("data.json");
    Files.writeString(file, text);
    List<DatasetEntry> entries = new ArrayList<>();
    DatasetFile.read(file, entries::add);
    return entries;
  }

  private static List<InstructionText> texts(List<DatasetEntry> entries) {
    return entries.stream().map(entry -> ((Found) entry).text()).toList();
  }
}
