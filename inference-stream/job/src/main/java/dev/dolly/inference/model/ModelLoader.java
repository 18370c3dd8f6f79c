package dev.dolly.inference.model;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.FreeMemory;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.inference.quarantine.LoadMarks;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.CheckpointUri;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;

/** Brings models from their directories into memory, promoted ones after every check. */
public final class ModelLoader implements AutoCloseable {
  private final InferenceSettings settings;
  private final ComputeSettings compute;
  private final Path temporary;
  private final LoadMarks marks;
  private final Copies copies;
  private final FreeMemory free;

  /**
   * @param subtasks that may share this host's processors
   * @param temporary directory for copies of checkpoints that lie elsewhere
   * @param marks of promotions that are being loaded
   * @param copies this subtask's; closed with this
   */
  public ModelLoader(
      InferenceSettings settings, int subtasks, Path temporary, LoadMarks marks, Copies copies) {
    this(settings, subtasks, temporary, marks, copies, FreeMemory.ofSystem());
  }

  ModelLoader(
      InferenceSettings settings,
      int subtasks,
      Path temporary,
      LoadMarks marks,
      Copies copies,
      FreeMemory free) {
    this.settings = settings;
    this.temporary = temporary;
    this.marks = marks;
    this.copies = copies;
    this.free = free;
    int processors = Runtime.getRuntime().availableProcessors();
    this.compute =
        new ComputeSettings(
            Optional.ofNullable(settings.dtype()),
            settings.threads() > 0 ? settings.threads() : Math.max(1, processors / subtasks),
            settings.devices());
  }

  /** Threads that one operation of a model may use on one device. */
  public int threads() {
    return compute.threadsEach();
  }

  /**
   * Loads the settings' model, which runs while none is promoted. Without a version it goes by its
   * digest.
   *
   * @throws ModelFormatException one line that names the file
   */
  public ServedModel base() {
    ModelDirectory directory = base(settings);
    String digest = directory.digest();
    return ServedModel.of(
        LanguageModel.load(directory, compute),
        settings.modelName(),
        Objects.requireNonNullElse(settings.modelVersion(), digest),
        digest);
  }

  private static ModelDirectory base(InferenceSettings settings) {
    return ModelDirectory.open(Path.of(settings.modelDirectory()));
  }

  /** Whether these are the version and digest of the settings' model. */
  public boolean isBase(String version, String digest) {
    return (settings.modelVersion() == null ? digest : settings.modelVersion()).equals(version)
        && base(settings).digest().equals(digest);
  }

  /**
   * Loads a promoted checkpoint, beside a model that may be computing: on few threads. What can be
   * found out without reading the weights is found out first.
   *
   * @throws RefusedCheckpointException why it can't be served
   * @throws InterruptedException when the thread is interrupted
   */
  public ServedModel load(Promotion promotion)
      throws RefusedCheckpointException, InterruptedException {
    CheckpointUri uri =
        settings.checkpointPrefixes().require(promotion.uri(), "inference.checkpoint-prefixes");
    Optional<Path> death = marks.death(promotion.name());
    if (death.isPresent()) {
      throw new RefusedCheckpointException(
          ErrorCode.INTERNAL,
          "%s is not loaded again: the process that loaded it died, see %s; promote it once more to try"
              .formatted(uri, death.get()));
    }
    return copies.load(
        promotion.name(),
        toCome -> {
          marks.begins(promotion.name());
          try {
            return load(promotion, uri, toCome);
          } finally {
            marks.ended(promotion.name());
          }
        });
  }

  private ServedModel load(Promotion promotion, CheckpointUri uri, int toCome)
      throws RefusedCheckpointException, InterruptedException {
    try (CheckpointFiles files = CheckpointFiles.open(uri, promotion.digest(), temporary)) {
      files.require(List.of(ModelDirectory.CONFIG));
      requireRoom(uri, config(files, promotion.architecture()), toCome);
      files.require(files.modelFiles());
      ServedModel served =
          ServedModel.of(
              LanguageModel.loadBeside(ModelDirectory.open(files.directory()), compute),
              settings.modelName(),
              promotion.version(),
              promotion.digest());
      return tried(served);
    } catch (ModelFormatException e) {
      throw new RefusedCheckpointException(ErrorCode.CHECKPOINT_ARCHITECTURE, e.getMessage(), e);
    } catch (OutOfMemoryError | ArithmeticException e) {
      throw new RefusedCheckpointException(
          ErrorCode.CHECKPOINT_TOO_LARGE, "%s does not fit: %s".formatted(uri, e.getMessage()), e);
    } catch (CancellationException e) {
      throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    } catch (RuntimeException e) { // failing would only begin the same again
      throw new RefusedCheckpointException(
          ErrorCode.INTERNAL, "%s does not load: %s".formatted(uri, e), e);
    }
  }

  private static ModelConfig config(CheckpointFiles files, String architecture)
      throws RefusedCheckpointException {
    Path file = files.directory().resolve(ModelDirectory.CONFIG);
    ModelConfig config = ModelConfig.read(file);
    if (!config.architecture().equals(architecture)) {
      throw new RefusedCheckpointException(
          ErrorCode.CHECKPOINT_ARCHITECTURE,
          "%s is a %s; the event says %s".formatted(file, config.architecture(), architecture));
    }
    return config;
  }

  /** The weights, and a cache for one window. More of the cache is taken as requests come. */
  private void requireRoom(CheckpointUri uri, ModelConfig config, int toCome)
      throws RefusedCheckpointException {
    DType computed = compute.computed(config.declaredDtype().orElse(DType.FLOAT32));
    long need = LanguageModel.bytes(config, computed);
    OptionalLong room = free.bytes();
    if (room.isPresent() && need > room.getAsLong() / toCome) {
      throw new RefusedCheckpointException(
          ErrorCode.CHECKPOINT_TOO_LARGE,
          "%s takes %d MiB in %s beside the running model, in each of %d subtasks; %d MiB are free"
              .formatted(uri, need >> 20, computed.configName(), toCome, room.getAsLong() >> 20));
    }
  }

  /** No more is loaded here; what was stays. */
  @Override
  public void close() {
    copies.close();
  }

  private static ServedModel tried(ServedModel served)
      throws RefusedCheckpointException, InterruptedException {
    boolean answers = false;
    try {
      KnownPrompt.ask(served.model());
      answers = true;
      return served;
    } finally {
      if (!answers) {
        served.close();
      }
    }
  }
}
