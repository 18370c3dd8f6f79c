package dev.dolly.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.architecture.Part;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.engine.torch.Int8Range;
import dev.dolly.engine.torch.PassingThread;
import dev.dolly.engine.torch.TorchScript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in memory: weights, tokenizer, and the step from tokens to logits.
 *
 * <p>Weights are read-only, so several threads may compute at once, each with its own {@link
 * KvCache} and scope, after {@link #prepareThread()}. Closing frees the weights; nothing may
 * compute then or later.
 */
public final class LanguageModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LanguageModel.class);

  private final ModelDirectory directory;
  private final ModelConfig config;
  private final DType dtype;
  private final int threads;
  private final List<Rank> ranks = new ArrayList<>();
  private final Optional<TensorParallel> parallel;
  private final long weightBytes;
  private final String fingerprint;
  private final Owned owned = new Owned();
  private Tokenizer tokenizer; // guarded by this
  private PromptFormat promptFormat; // guarded by this

  /** Computes the weights' packed form with that many threads. */
  private LanguageModel(ModelDirectory directory, ComputeSettings settings, int loadingThreads) {
    this.directory = directory;
    config = directory.config();
    dtype = settings.computed(directory.storedDType());
    threads = settings.threadsEach();
    int devices = settings.devices().count();
    if (devices > config.heads()) {
      throw new ModelFormatException(
          directory.path(),
          "has %d heads, which %d devices cannot share".formatted(config.heads(), devices));
    }
    try {
      Int8Range range;
      try (NDManager scratch = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
        range = Int8Range.measure((PtNDManager) scratch);
      }
      TorchScript.prepareThread(loadingThreads);
      for (int rank = 0; rank < devices; rank++) {
        ranks.add(owned.add(new Rank(directory, dtype, new Part(rank, devices), range)));
      }
      parallel =
          devices == 1
              ? Optional.empty()
              : Optional.of(
                  owned.add(
                      new TensorParallel(
                          ranks, config.layers(), Wiring.of(config).parallelResidual(), threads)));
      weightBytes = ranks.stream().mapToLong(Rank::bytes).sum();
      fingerprint =
          "libtorch-%s/%s/%s/cache-float32/threads-%d%s"
              .formatted(
                  TorchScript.libraryVersion(),
                  ranks.get(0).packed() ? "onednn-packed" : "linear",
                  dtype == DType.INT8
                      ? dtype.configName() + "-" + range.levels()
                      : dtype.configName(),
                  threads > 0 ? threads : TorchScript.threads(),
                  devices == 1 ? "" : "/devices-" + devices);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Loads a model tensor by tensor.
   *
   * @throws ModelFormatException one line that names the file
   */
  public static LanguageModel load(ModelDirectory directory, ComputeSettings settings) {
    return load(directory, settings, settings.threads());
  }

  /**
   * The same while another model computes: slowly, on one thread, so that it can go on.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   * @throws ModelFormatException one line that names the file
   */
  public static LanguageModel loadBeside(ModelDirectory directory, ComputeSettings settings) {
    return load(directory, settings, 1);
  }

  private static LanguageModel load(
      ModelDirectory directory, ComputeSettings settings, int loadingThreads) {
    long start = System.nanoTime();
    LanguageModel model =
        PassingThread.run(
            "dolly-load", () -> new LanguageModel(directory, settings, loadingThreads));
    LOG.info(
        "loaded {} ({}, {} MiB in {}) in {} ms",
        directory.path(),
        model.config.modelType(),
        model.weightBytes >> 20,
        model.dtype.configName(),
        (System.nanoTime() - start) / 1_000_000);
    return model;
  }

  /** Where its files lie. */
  public Path directory() {
    return directory.path();
  }

  public ModelConfig config() {
    return config;
  }

  /** Tokens of prompt and answer together. */
  public int window() {
    return config.window();
  }

  /** What it is computed in. */
  public DType dtype() {
    return dtype;
  }

  /**
   * Opened at the first call: benchmarks over ids need none. Closed with the model.
   *
   * @throws ModelFormatException when it is missing or has ids the model has no row for
   */
  public synchronized Tokenizer tokenizer() {
    if (tokenizer == null) {
      Tokenizer opened = owned.add(Tokenizer.load(directory));
      if (opened.size() > config.vocabSize()) {
        throw new ModelFormatException(
            directory.tokenizerFile(),
            "has ids up to %d; the model has %d rows: they do not belong together"
                .formatted(opened.size() - 1, config.vocabSize()));
      }
      tokenizer = opened;
    }
    return tokenizer;
  }

  /** How a prompt becomes ids and ids become an answer, with this model's tokenizer. */
  public synchronized PromptFormat promptFormat() {
    if (promptFormat == null) {
      promptFormat = new PromptFormat(tokenizer(), window());
    }
    return promptFormat;
  }

  /** Hex SHA-256 of the files, as {@link ModelDirectory#digest()} defines it. */
  public String digest() {
    return directory.digest();
  }

  /**
   * Bytes that a model takes in memory with a cache for one window, known before it is loaded.
   *
   * @param dtype that it would be computed in
   * @throws ArithmeticException if these are more than a long can hold
   */
  public static long bytes(ModelConfig config, DType dtype) {
    long weights =
        Wiring.of(config).weights().stream()
            .mapToLong(slot -> slot.bytes(dtype))
            .reduce(0, Math::addExact);
    long token = KvCache.bytesPerToken(config.layers(), config.heads(), config.headDim());
    return Math.addExact(weights, Math.multiplyExact(token, config.window()));
  }

  /** Bytes of the weights in memory. */
  public long weightBytes() {
    return weightBytes;
  }

  /** What the numbers were computed with: library, kernels, types, threads. */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * How many native tensors the model and all that was opened from it own at this moment: weights,
   * caches, and what a step under way computes. From any thread.
   */
  public int nativeTensors() {
    return ranks.stream().mapToInt(rank -> rank.manager().getManagedArrays().size()).sum();
  }

  /** Threads that one operation of a device may use; 0: the library's default. */
  public int threads() {
    return threads;
  }

  /** To be called once on each thread that computes. */
  public void prepareThread() {
    TorchScript.prepareThread(threads);
  }

  /** A scope for one step's tensors: close it to free them. */
  public PtNDManager newScope() {
    PtNDManager manager = ranks.get(0).manager();
    return manager.newSubManager(manager.getDevice());
  }

  /** Room for keys and values of as many tokens as fit into the bytes, at least one. */
  public KvCache newCache(long bytes) {
    long each = cacheBytesPerToken();
    long tokens = Math.min(bytes / each, Integer.MAX_VALUE / config.heads());
    if (tokens < 1) {
      throw new IllegalArgumentException(
          "a KV cache of %d bytes holds no token; one takes %d".formatted(bytes, each));
    }
    return new KvCache(
        ranks.get(0).manager(),
        script(),
        config.layers(),
        ranks.stream().map(Rank::heads).toList(),
        config.headDim(),
        (int) tokens);
  }

  /** What one token of any sequence takes in the cache. */
  public long cacheBytesPerToken() {
    return KvCache.bytesPerToken(config.layers(), config.heads(), config.headDim());
  }

  /**
   * Runs the decoder over a ragged batch and writes its keys and values to the cache.
   *
   * @return {@code [tokens, hidden_size]} in the type of the vectors, owned by the scope
   */
  public PtNDArray hidden(PtNDManager scope, RaggedBatch batch, KvCache cache) {
    long n = batch.tokens();
    PtNDArray ids = (PtNDArray) scope.create(batch.ids(), new Shape(n));
    PtNDArray places = (PtNDArray) scope.create(batch.places(), new Shape(RaggedBatch.PLACES, n));
    try (IValue i = IValue.from(ids);
        IValue p = IValue.from(places);
        IValue s = IValue.listFrom(batch.spans());
        IValue hidden =
            parallel.isPresent()
                ? parallel.get().hidden(i, p, s, cache)
                : ranks.get(0).hidden(i, p, s, cache)) {
      return hidden.toTensor(scope);
    }
  }

  /**
   * The head, on some rows of {@link #hidden}.
   *
   * @return {@code [rows, vocabulary]} fp32, owned by the scope
   */
  public PtNDArray logits(PtNDManager scope, PtNDArray hidden, long[] rows) {
    PtNDArray wanted = (PtNDArray) scope.create(rows, new Shape(rows.length));
    try (IValue h = IValue.from(hidden);
        IValue r = IValue.from(wanted);
        IValue logits =
            parallel.isPresent() ? parallel.get().logits(h, r) : ranks.get(0).logits(h, r)) {
      return logits.toTensor(scope);
    }
  }

  /** The script's sampling and scoring methods. */
  public TorchScript script() {
    return ranks.get(0).script();
  }

  @Override
  public synchronized void close() {
    owned.close();
  }
}
