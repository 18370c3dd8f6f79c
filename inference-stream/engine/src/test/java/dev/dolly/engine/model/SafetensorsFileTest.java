package dev.dolly.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.model.SafetensorsWriter.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("model.safetensors");
  }

  @Test
  void whatTheWriterWritesIsRead() throws IOException {
    List<Entry> entries =
        List.of(
            new Entry("scalar", DType.FLOAT32, new long[0]),
            new Entry("halves", DType.FLOAT16, new long[] {3, 1}),
            new Entry("none", DType.BFLOAT16, new long[] {0, 5}),
            new Entry("brains", DType.BFLOAT16, new long[] {2}));
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, entries)) {
      // pieces need not end where tensors end
      writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7}));
      writer.write(ByteBuffer.wrap(new byte[] {8, 9, 10, 11, 12, 13, 14}));
    }

    WeightFile read = SafetensorsFile.read(file);

    assertThat(read.tensors().keySet())
        .containsExactlyInAnyOrder("scalar", "halves", "none", "brains");
    assertThat(bytes(read.tensor("scalar"))).containsExactly(1, 2, 3, 4);
    assertThat(bytes(read.tensor("halves"))).containsExactly(5, 6, 7, 8, 9, 10);
    assertThat(bytes(read.tensor("none"))).isEmpty();
    assertThat(bytes(read.tensor("brains"))).containsExactly(11, 12, 13, 14);
    assertThat(read.tensor("halves").shape()).containsExactly(3, 1);
    assertThat(read.tensor("scalar").offset() % 8).isZero();
  }

  @Test
  void anUnfinishedFileNeverHasTheName() throws IOException {
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(file, List.of(new Entry("a", DType.FLOAT32, new long[] {2})))) {
      writer.write(ByteBuffer.allocate(4));
      assertThat(file).doesNotExist();
      assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(5)))
          .isInstanceOf(IllegalStateException.class);
    }

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void otherTypesAreKnownButNotComputedWith() throws IOException {
    write("{'mask':{'dtype':'BOOL','shape':[4],'data_offsets':[0,4]}}", 4);

    WeightFile read = SafetensorsFile.read(file);

    assertThat(read.tensors()).isEmpty();
    assertThat(read.others()).containsOnlyKeys("mask");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 7 | is torn: tensor a ends at byte 8 of 7",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 9 | has 1 bytes that belong to no tensor",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | tensors overlap or leave a gap",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | tensors overlap or leave a gap",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | 8 | in a way that makes no sense",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | 8 | in a way that makes no sense",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296,4],'data_offsets':[0,0]}} | 0 "
            + "| in a way that makes no sense",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | 8 | in a way that makes no sense",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,1e400]}} | 8 | in a way that makes no sense",
        "{'a':5} | 0 | in a way that makes no sense",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},"
            + "'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | is not valid JSON",
        "[] | 0 | does not hold a JSON object",
        "nonsense | 0 | is not valid JSON",
      })
  void refusesABrokenHeader(String header, int dataBytes, String problem) throws IOException {
    write(header, dataBytes);

    assertThatThrownBy(() -> SafetensorsFile.read(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(problem);
  }

  @Test
  void refusesAHeaderThatDoesNotFitTheFile() throws IOException {
    for (byte[] content :
        List.of(
            new byte[0],
            new byte[7],
            "version https://git-lfs.github.com/spec/v1".getBytes(StandardCharsets.US_ASCII),
            new byte[] {100, 0, 0, 0, 0, 0, 0, 0, '{', '}'},
            new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'})) {
      Files.write(file, content);
      assertThatThrownBy(() -> SafetensorsFile.read(file))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("is torn or no safetensors file");
    }
  }

  private static byte[] bytes(StoredTensor tensor) {
    try (MappedTensor mapped = tensor.open()) {
      byte[] bytes = new byte[mapped.buffer().remaining()];
      mapped.buffer().get(bytes);
      return bytes;
    }
  }

  private void write(String header, int dataBytes) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer content =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    content.putLong(json.length).put(json);
    Files.write(file, content.array());
  }
}
