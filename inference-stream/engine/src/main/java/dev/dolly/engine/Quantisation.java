package dev.dolly.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.WeightSlot.Role;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.Int8Files;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.model.SafetensorsWriter.Entry;
import dev.dolly.engine.model.ShardedWeightsWriter;
import dev.dolly.engine.model.StoredTensor;
import dev.dolly.engine.torch.Int8Range;
import dev.dolly.engine.torch.PassingThread;
import dev.dolly.engine.torch.TorchScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Writes a model with its matrices in int8, as {@link Int8Files} says: half the bytes of bf16, and
 * the same numbers that loading the original in int8 computes with. What is no matrix stays as it
 * is stored.
 */
public final class Quantisation {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Elements of a tensor that are in memory at once. */
  private static final long AT_ONCE = 1 << 24;

  private final ModelDirectory from;
  private final PtNDManager manager;
  private final TorchScript script;

  /** Hears how many bytes of weights are written, of how many. */
  @FunctionalInterface
  public interface Progress {
    void written(long bytes, long total);
  }

  private Quantisation(ModelDirectory from, PtNDManager manager, TorchScript script) {
    this.from = from;
    this.manager = manager;
    this.script = script;
  }

  /**
   * Writes configuration, tokenizer and weights. Memory beside is one piece of a matrix.
   *
   * @param to made if it is not there; a directory without a configuration is no model until the
   *     weights are whole
   * @throws ModelFormatException when the model cannot be read, or is in int8 already
   */
  public static void write(ModelDirectory from, Path to, Progress progress) throws IOException {
    if (from.storedDType() == DType.INT8) {
      throw new ModelFormatException(from.path(), "is in int8 already");
    }
    try {
      PassingThread.run(
          "dolly-quantise",
          () -> {
            try (PtNDManager manager =
                    (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
                TorchScript script =
                    TorchScript.load(
                        manager,
                        List.of("linear.py", "files.py"),
                        Int8Range.measure(manager).constants())) {
              TorchScript.prepareThread(0);
              new Quantisation(from, manager, script).to(to, progress);
              return to;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void to(Path directory, Progress progress) throws IOException {
    Files.createDirectories(directory);
    for (String name : List.of(ModelDirectory.TOKENIZER, "tokenizer_config.json")) {
      if (Files.exists(from.path().resolve(name))) {
        Files.copy(
            from.path().resolve(name),
            directory.resolve(name),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    weights(directory, progress);
    ObjectNode config = JsonFile.readObject(from.path().resolve(ModelDirectory.CONFIG));
    Int8Files.describe(config);
    Files.write(directory.resolve(ModelDirectory.CONFIG), JSON.writeValueAsBytes(config));
  }

  private void weights(Path directory, Progress progress) throws IOException {
    List<WeightSlot> slots = Wiring.of(from.config()).tensors();
    List<Entry> entries = slots.stream().flatMap(slot -> entries(slot).stream()).toList();
    long total = entries.stream().mapToLong(Entry::byteLength).sum();
    long written = 0;
    try (ShardedWeightsWriter writer =
        ShardedWeightsWriter.create(directory, entries, ShardedWeightsWriter.SHARD_BYTES)) {
      for (WeightSlot slot : slots) {
        StoredTensor stored = from.tensor(slot.name(), slot.shape());
        if (slot.role() == Role.MATRIX) {
          quantise(stored, writer);
        } else {
          copy(stored, writer);
        }
        written += entries(slot).stream().mapToLong(Entry::byteLength).sum();
        progress.written(written, total);
      }
    }
  }

  private List<Entry> entries(WeightSlot slot) {
    if (slot.role() != Role.MATRIX) {
      return List.of(new Entry(slot.name(), from.tensor(slot.name()).dtype(), slot.shape()));
    }
    return List.of(
        new Entry(slot.name(), DType.INT8, slot.shape()),
        new Entry(Int8Files.scales(slot.name()), DType.FLOAT32, new long[] {slot.shape()[0], 1}));
  }

  private static void copy(StoredTensor stored, ShardedWeightsWriter writer) throws IOException {
    for (StoredTensor some : stored.pieces(AT_ONCE)) {
      try (MappedTensor mapped = some.open()) {
        writer.write(mapped.buffer());
      }
    }
  }

  private void quantise(StoredTensor stored, ShardedWeightsWriter writer) throws IOException {
    ByteBuffer scales =
        ByteBuffer.allocate((int) stored.shape()[0] * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (StoredTensor some : stored.pieces(AT_ONCE)) {
      try (MappedTensor mapped = some.open();
          PtNDManager scope = manager.newSubManager(manager.getDevice())) {
        PtNDArray raw = scope.create(mapped.buffer(), new Shape(some.byteLength()), DataType.UINT8);
        try (IValue bytes = IValue.from(raw);
            IValue type = IValue.from((long) some.dtype().torchCode());
            IValue shape = IValue.listFrom(some.shape());
            IValue first = IValue.from(0L);
            IValue columns = IValue.from(some.shape()[1]);
            IValue single = IValue.from((long) DType.FLOAT32.torchCode());
            IValue plain = script.call("stored", bytes, type, shape, first, columns, single);
            IValue result = script.call("quantised", plain)) {
          PtNDArray[] parts = result.toTensorArray(scope);
          writer.write(parts[0].toByteBuffer(false));
          scales.put(parts[1].toByteBuffer(false));
        }
      }
    }
    writer.write(scales.flip());
  }
}
