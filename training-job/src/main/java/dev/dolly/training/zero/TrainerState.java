package dev.dolly.training.zero;

import ai.djl.pytorch.engine.PtNDArray;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.MappedTensor;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.model.SafetensorsFile;
import dev.dolly.engine.model.SafetensorsWriter;
import dev.dolly.engine.model.SafetensorsWriter.Entry;
import dev.dolly.engine.model.StoredTensor;
import dev.dolly.engine.model.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A trainer's state on disk: {@code rank-<i>-of-<n>.safetensors}, each a device's shards in fp32,
 * so that what continues from them has the same bits. Shards may be read by another number of
 * devices: a unit's are parts of one flat vector.
 */
final class TrainerState {
  private static final String STEP = "step";
  private static final String ARITHMETIC = "arithmetic";
  private static final String[] KINDS = {"master", "mean", "square"};
  private static final Pattern FILE = Pattern.compile("rank-(\\d+)-of-(\\d+)\\.safetensors");

  /** Elements that cross at once. */
  private static final long PIECE = 1 << 24;

  private final Path directory;
  private final List<WeightFile> files;
  private final long step;

  private TrainerState(Path directory, List<WeightFile> files, long step) {
    this.directory = directory;
    this.files = files;
    this.step = step;
  }

  /** Writes one device's file. */
  static void write(
      Path directory, Worker worker, int rank, int devices, long step, DType arithmetic)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Shard shard : worker.shards()) {
      for (String kind : KINDS) {
        entries.add(new Entry(name(shard, kind), DType.FLOAT32, new long[] {shard.size()}));
      }
    }
    Path file = directory.resolve("rank-%d-of-%d.safetensors".formatted(rank, devices));
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(
            file,
            entries,
            Map.of(STEP, Long.toString(step), ARITHMETIC, arithmetic.configName()))) {
      for (Shard shard : worker.shards()) {
        for (PtNDArray tensor : shard.state()) {
          for (long at = 0; at < shard.size(); at += PIECE) {
            long size = Math.min(PIECE, shard.size() - at);
            writer.write(Tensors.read(worker.script(), tensor, at, size, DType.FLOAT32));
          }
        }
      }
    }
  }

  /**
   * Finds the files of one save and checks that they are all there.
   *
   * @throws ModelFormatException when they are not
   */
  static TrainerState open(Path directory) {
    List<Path> found;
    try (Stream<Path> all = Files.list(directory)) {
      found = all.filter(p -> FILE.matcher(p.getFileName().toString()).matches()).sorted().toList();
    } catch (IOException e) {
      throw new ModelFormatException(directory, "cannot be read: is it a trainer's state?", e);
    }
    if (found.isEmpty()) {
      throw new ModelFormatException(directory, "holds no rank-<i>-of-<n>.safetensors");
    }
    Matcher first = FILE.matcher(found.get(0).getFileName().toString());
    first.matches();
    int ranks = Integer.parseInt(first.group(2));
    if (found.size() != ranks) {
      throw new ModelFormatException(
          directory,
          "holds %d files of a state of %d: it is torn, or two are mixed"
              .formatted(found.size(), ranks));
    }
    List<WeightFile> files =
        IntStream.range(0, ranks)
            .mapToObj(i -> "rank-%d-of-%d.safetensors".formatted(i, ranks))
            .map(name -> SafetensorsFile.read(directory.resolve(name)))
            .toList();
    List<String> steps = files.stream().map(f -> f.metadata().getOrDefault(STEP, "")).toList();
    if (!steps.get(0).matches("\\d{1,18}") || steps.stream().distinct().count() > 1) {
      throw new ModelFormatException(directory, "holds files of different steps: " + steps);
    }
    return new TrainerState(directory, files, Long.parseLong(steps.get(0)));
  }

  /** Optimizer steps made before it was written. */
  long step() {
    return step;
  }

  /** The type it was computed in: continuing in another one gives other bits. */
  Optional<DType> arithmetic() {
    return DType.ofConfig(files.get(0).metadata().getOrDefault(ARITHMETIC, ""));
  }

  /** Fills one device's shards. */
  void read(Worker worker) {
    for (Shard shard : worker.shards()) {
      long old = shard.unit().shardElements(files.size());
      for (int kind = 0; kind < KINDS.length; kind++) {
        PtNDArray target = shard.state().get(kind);
        for (long at = 0; at < shard.live(); ) {
          long index = shard.begin() + at;
          int rank = (int) (index / old);
          long from = index % old;
          long size = Math.min(Math.min(PIECE, shard.live() - at), old - from);
          StoredTensor stored = stored(rank, name(shard, KINDS[kind]), old);
          try (MappedTensor mapped = stored.rows(from, from + size).open()) {
            Tensors.write(worker.script(), target, at, DType.FLOAT32, mapped.buffer());
          }
          at += size;
        }
      }
      shard.round();
    }
  }

  private StoredTensor stored(int rank, String name, long size) {
    StoredTensor stored = files.get(rank).tensor(name);
    if (stored.dtype() != DType.FLOAT32
        || stored.shape().length != 1
        || stored.elements() != size) {
      throw new ModelFormatException(
          stored.file(),
          "holds %s of %d elements where %d are wanted: it is another model's state, or %s was resized"
              .formatted(name, stored.elements(), size, directory));
    }
    return stored;
  }

  private static String name(Shard shard, String kind) {
    return shard.unit().name() + "." + kind;
  }
}
