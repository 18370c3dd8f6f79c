package dev.dolly.engine;

import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A fixture in which one id's embedding is not a number: who has it in the prompt goes bad. */
public final class PoisonedModel {
  public static final int BAD_ID = 501;

  private PoisonedModel() {}

  /** Copies the fixture into the directory and opens it. */
  public static LanguageModel load(Path directory) throws IOException {
    Path source = Fixture.all().get(0).path();
    try (var files = Files.list(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    ModelDirectory model = ModelDirectory.open(directory);
    long hidden = model.config().hiddenSize();
    StoredTensor row =
        model
            .tensor("gpt_neox.embed_in.weight", model.config().vocabSize(), hidden)
            .rows(BAD_ID, BAD_ID + 1);
    try (FileChannel channel = FileChannel.open(row.file(), StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) row.byteLength()).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        bytes.putFloat(Float.NaN);
      }
      channel.write(bytes.flip(), row.offset());
    }
    return LanguageModel.load(ModelDirectory.open(directory), ComputeSettings.of(DType.FLOAT32));
  }

  /** A prompt that begins well and goes bad in the middle. */
  public static int[] prompt() {
    return List.of(5, 6, 7, BAD_ID, 8, 9).stream().mapToInt(Integer::intValue).toArray();
  }
}
