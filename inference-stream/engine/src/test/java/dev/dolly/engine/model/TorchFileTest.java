package dev.dolly.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.model.TorchArchive.Pickle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TorchFileTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("pytorch_model.bin");
  }

  @Test
  void readsViewsOfSharedStorages() throws IOException {
    Pickle items =
        new Pickle()
            .text("whole")
            .tensor("HalfStorage", "0", 6, 0, new long[] {3, 2}, new long[] {2, 1})
            .text("tail")
            .tensor("HalfStorage", "0", 6, 4, new long[] {2}, new long[] {1})
            .text("column")
            .tensor("HalfStorage", "0", 6, 1, new long[] {3}, new long[] {2})
            .text("transposed")
            .tensor("HalfStorage", "0", 6, 0, new long[] {2, 3}, new long[] {1, 2})
            .text("of one row")
            .tensor("BFloat16Storage", "1", 2, 0, new long[] {1, 2}, new long[] {77, 1})
            .text("scalar")
            .tensor("FloatStorage", "2", 1, 0, new long[0], new long[0])
            .text("counter")
            .tensor("LongStorage", "3", 1, 0, new long[0], new long[0])
            .text("epoch")
            .number(3);
    new TorchArchive()
        .dictionary(items)
        .storage("0", bytes(12))
        .storage("1", bytes(4))
        .storage("2", bytes(4))
        .storage("3", bytes(8))
        .write(file);

    WeightFile read = TorchFile.read(file);

    assertThat(read.tensors().keySet())
        .containsExactlyInAnyOrder("whole", "tail", "of one row", "scalar");
    assertThat(content(read, "whole")).isEqualTo(bytes(12));
    assertThat(content(read, "tail")).containsExactly(8, 9, 10, 11);
    assertThat(content(read, "of one row")).isEqualTo(bytes(4));
    assertThat(read.tensor("of one row").dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(read.tensor("scalar").shape()).isEmpty();
    assertThatThrownBy(() -> read.tensor("transposed"))
        .hasMessageContaining("tensor transposed is a view that is not laid out row by row")
        .hasMessageContaining(".contiguous()");
    assertThatThrownBy(() -> read.tensor("column")).hasMessageContaining("row by row");
    assertThatThrownBy(() -> read.tensor("counter")).hasMessageContaining("stored as I64");
  }

  @Test
  void readsParametersAndVersionedDictionariesOfNewerProtocols() throws IOException {
    TorchArchive archive = new TorchArchive().storage("0", bytes(4));
    Pickle pickle = archive.pickle();
    pickle.op(0x80).op(4).op(0x95).raw(new byte[8]); // PROTO 4, FRAME
    shortText(pickle, "collections");
    shortText(pickle, "OrderedDict");
    pickle.op(0x93).op(0x94).op(')').op('R').op(0x94); // STACK_GLOBAL, MEMOIZE
    shortText(pickle, "weight");
    pickle.global("torch._utils", "_rebuild_parameter").op('(');
    pickle.tensor("FloatStorage", "0", 1, 0, new long[] {1}, new long[] {1});
    pickle.op(0x88).op('h').op(0).op(')').op('R').op('t').op('R').op('s');
    // the attribute _metadata of a module's state
    pickle.op('}').text("_metadata").op('}').op('s').op('b').op('.');
    archive.write(file);

    assertThat(content(TorchFile.read(file), "weight")).isEqualTo(bytes(4));
  }

  @Test
  void readsArchivesInTheFormOfLargeOnes() throws IOException {
    new TorchArchive().dictionary(oneFloat(1)).storage("0", bytes(4)).large().write(file);

    assertThat(content(TorchFile.read(file), "a")).isEqualTo(bytes(4));
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        pickle("os.system", p -> p.global("os", "system").text("id").op(0x85).op('R').op('.')),
        pickle("posix.system", p -> p.global("posix", "system").op('.')),
        pickle("builtins.eval", p -> shortText(shortText(p, "builtins"), "eval").op(0x93).op('.')),
        pickle("torch.serialization.load", p -> p.global("torch.serialization", "load").op('.')),
        pickle("torch.UntypedStorage", p -> p.global("torch", "UntypedStorage").op('.')),
        pickle("os.\\x1b[31m\\x07", p -> p.global("os", "\u001b[31m\u0007").op('.')),
        pickle(
            "calls torch.FloatStorage",
            p -> p.global("torch", "FloatStorage").op(')').op('R').op('.')),
        pickle("opcode 0x69", p -> p.op('(').op('i').raw("os\nsystem\n".getBytes()).op('.')),
        pickle("opcode 0x6f", p -> p.op('(').op('o').op('.')),
        pickle("opcode 0x81", p -> p.op(')').op(')').op(0x81).op('.')),
        pickle("opcode 0x82", p -> p.op(0x82).op(1).op('.')),
        pickle("opcode 0x53", p -> p.op('S').raw("'x'\n".getBytes()).op('.')),
        pickle("sets attributes", p -> p.text("x").op('}').op('b').op('.')),
        pickle("no storage", p -> p.text("x").op(0x85).op('Q').op('.')),
        pickle("ends too early", p -> p.op('}')),
        pickle("ends too early", p -> p.global("collections", "OrderedDict").op('X').op(1)),
        pickle("ends too early", p -> p.op(0x8d).raw(new byte[] {0, 0, 0, 0, 0, 0, 0, 64})),
        pickle("an integer of 200 bytes", p -> p.op(0x8a).op(200)),
        pickle("never kept", p -> p.op('h').op(7).op('.')),
        pickle("not there", p -> p.op('.')),
        pickle("no mark", p -> p.op('}').op('t').op('.')),
        pickle("makes no sense", p -> p.op('}').op('(').text("a").op('u').op('.')),
        pickle("makes no sense", p -> p.op('N').op(')').op('R').op('.')),
        // a list as a key that holds itself: hashing it would never end
        pickle(
            "whose keys are no names",
            p -> p.op('}').op(']').op('q').op(0).op('h').op(0).op('a').op('N').op('s').op('.')),
        pickle("something else than a dictionary", p -> p.op(']').op('.')));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void refusesAllElseByName(String named, Pickle pickle) throws IOException {
    TorchArchive archive = new TorchArchive();
    archive.pickle().op(0x80).op(2).raw(pickle.bytes());
    archive.write(file);

    assertThatThrownBy(() -> TorchFile.read(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(named)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n", "\u001b"));
  }

  @Test
  void refusesTensorsBeyondTheirBytes() throws IOException {
    for (long elements : new long[] {2, Long.MAX_VALUE / 2, Long.MAX_VALUE}) {
      new TorchArchive().dictionary(oneFloat(elements)).storage("0", bytes(4)).write(file);
      assertThatThrownBy(() -> TorchFile.read(file))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("is torn: tensor a reaches beyond its bytes");
    }
    new TorchArchive().dictionary(oneFloat(1)).write(file);
    assertThatThrownBy(() -> TorchFile.read(file))
        .hasMessageContaining("lacks the bytes of tensor a (entry data/0)");
  }

  @Test
  void refusesWhatPyTorchNeverWrites() throws IOException {
    new TorchArchive().dictionary(oneFloat(1)).storage("0", bytes(4)).compressed().write(file);
    assertThatThrownBy(() -> TorchFile.read(file)).hasMessageContaining("is compressed");

    new TorchArchive().dictionary(oneFloat(1)).storage("0", bytes(4)).bigEndian().write(file);
    assertThatThrownBy(() -> TorchFile.read(file)).hasMessageContaining("big-endian");
  }

  @Test
  void refusesTheOldFormatAndSaysHowToConvert() throws IOException {
    // the magic number that torch.save wrote before 1.6
    Files.write(file, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc});

    assertThatThrownBy(() -> TorchFile.read(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("from before 1.6")
        .hasMessageContaining("torch.save(torch.load(");
  }

  @Test
  void refusesWhatIsNoArchive() throws IOException {
    for (String content : new String[] {"", "PK", "version https://git-lfs.github.com/spec/v1"}) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> TorchFile.read(file))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("is torn or no PyTorch file");
    }
  }

  private static Arguments pickle(String named, Consumer<Pickle> opcodes) {
    Pickle pickle = new Pickle();
    opcodes.accept(pickle);
    return Arguments.of(named, pickle);
  }

  private static Pickle oneFloat(long elements) {
    return new Pickle()
        .text("a")
        .tensor("FloatStorage", "0", elements, 0, new long[] {elements}, new long[] {1});
  }

  private static Pickle shortText(Pickle pickle, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return pickle.op(0x8c).op(bytes.length).raw(bytes);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  private static byte[] content(WeightFile file, String name) {
    try (MappedTensor mapped = file.tensor(name).open()) {
      byte[] bytes = new byte[mapped.buffer().remaining()];
      mapped.buffer().get(bytes);
      return bytes;
    }
  }
}
