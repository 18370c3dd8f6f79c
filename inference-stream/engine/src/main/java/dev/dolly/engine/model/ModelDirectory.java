package dev.dolly.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A model as Hugging Face and Databricks publish it: {@code config.json}, {@code tokenizer.json}
 * and weights. Opening it reads and checks headers only; every problem is a {@link
 * ModelFormatException} of one line.
 *
 * <p>Weights are the first of these that is there: {@code model.safetensors}, {@code
 * model.safetensors.index.json} with its shards, {@code pytorch_model.bin}, {@code
 * pytorch_model.bin.index.json} with its shards. No file is held open. Thread safe.
 */
public final class ModelDirectory {
  public static final String CONFIG = "config.json";
  public static final String TOKENIZER = "tokenizer.json";
  public static final String SAFETENSORS = "model.safetensors";
  public static final String SAFETENSORS_INDEX = "model.safetensors.index.json";
  public static final String PICKLE = "pytorch_model.bin";
  public static final String PICKLE_INDEX = "pytorch_model.bin.index.json";

  private final Path path;
  private final ModelConfig config;
  private final Path weights;
  private final Map<String, WeightFile> files;
  private final Map<String, StoredTensor> tensors;
  private String digest;

  private ModelDirectory(
      Path path, ModelConfig config, Path weights, Map<String, WeightFile> files) {
    this.path = path;
    this.config = config;
    this.weights = weights;
    this.files = files;
    this.tensors = new TreeMap<>();
    files.forEach(
        (name, file) -> {
          StoredTensor tensor = file.tensors().get(name);
          if (tensor != null) {
            tensors.put(name, tensor);
          }
        });
  }

  /**
   * Finds and checks a model.
   *
   * @throws ModelFormatException when something is missing, torn, or not supported
   */
  public static ModelDirectory open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new ModelFormatException(
          path, Files.exists(path) ? "is no directory" : "does not exist");
    }
    ModelConfig config = ModelConfig.read(path.resolve(CONFIG));
    if (Files.exists(path.resolve(SAFETENSORS))) {
      return single(path, config, path.resolve(SAFETENSORS), SafetensorsFile::read);
    }
    if (Files.exists(path.resolve(SAFETENSORS_INDEX))) {
      return sharded(path, config, path.resolve(SAFETENSORS_INDEX), SafetensorsFile::read);
    }
    if (Files.exists(path.resolve(PICKLE))) {
      return single(path, config, path.resolve(PICKLE), TorchFile::read);
    }
    if (Files.exists(path.resolve(PICKLE_INDEX))) {
      return sharded(path, config, path.resolve(PICKLE_INDEX), TorchFile::read);
    }
    throw new ModelFormatException(
        path,
        "holds no weights: none of "
            + String.join(", ", SAFETENSORS, SAFETENSORS_INDEX, PICKLE, PICKLE_INDEX));
  }

  private static ModelDirectory single(
      Path path, ModelConfig config, Path weights, Function<Path, WeightFile> reader) {
    WeightFile file = reader.apply(weights);
    Map<String, WeightFile> files = new HashMap<>();
    file.tensors().keySet().forEach(name -> files.put(name, file));
    file.others().keySet().forEach(name -> files.put(name, file));
    return new ModelDirectory(path, config, weights, files);
  }

  private static ModelDirectory sharded(
      Path path, ModelConfig config, Path index, Function<Path, WeightFile> reader) {
    ObjectNode root = JsonFile.readObject(index);
    if (!(root.get("weight_map") instanceof ObjectNode map) || map.isEmpty()) {
      throw new ModelFormatException(index, "has no weight_map that says which shard holds what");
    }
    Map<String, WeightFile> shards = new HashMap<>();
    Map<String, WeightFile> files = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String name = entry.getKey();
      String shard = entry.getValue().asText("");
      // a shard lies beside its index: an index cannot make us read other files
      if (shard.isEmpty() || !Path.of(shard).equals(Path.of(shard).getFileName())) {
        throw new ModelFormatException(
            index, "names for tensor " + name + " a shard that is no file beside it: " + shard);
      }
      WeightFile file = shards.get(shard);
      if (file == null) {
        Path shardPath = path.resolve(shard);
        if (!Files.exists(shardPath)) {
          throw new ModelFormatException(
              shardPath, "is missing; " + index.getFileName() + " names it: fetch it");
        }
        file = reader.apply(shardPath);
        shards.put(shard, file);
      }
      if (!file.tensors().containsKey(name) && !file.others().containsKey(name)) {
        throw new ModelFormatException(
            file.path(),
            "holds no tensor " + name + ", which " + index.getFileName() + " promises");
      }
      files.put(name, file);
    }
    return new ModelDirectory(path, config, index, files);
  }

  public Path path() {
    return path;
  }

  public ModelConfig config() {
    return config;
  }

  /**
   * The tokenizer's file. Asked for only by who encodes or decodes text: a benchmark over ids does
   * without.
   *
   * @throws ModelFormatException when there is none
   */
  public Path tokenizerFile() {
    Path file = path.resolve(TOKENIZER);
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(
          file, "is missing; only the tokenizers library's single-file format is read");
    }
    return file;
  }

  /** The names of all tensors that can be computed with, sorted. */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /**
   * A tensor by its name in the files.
   *
   * @throws ModelFormatException when there is none, or it is of a type that is not computed with
   */
  public StoredTensor tensor(String name) {
    WeightFile file = files.get(name);
    if (file == null) {
      throw new ModelFormatException(weights, "holds no tensor " + name);
    }
    return file.tensor(name);
  }

  /**
   * A tensor whose shape is known beforehand.
   *
   * @throws ModelFormatException also when it has another shape
   */
  public StoredTensor tensor(String name, long... shape) {
    StoredTensor tensor = tensor(name);
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new ModelFormatException(
          tensor.file(),
          "tensor "
              + name
              + " has shape "
              + Arrays.toString(tensor.shape())
              + "; "
              + CONFIG
              + " asks for "
              + Arrays.toString(shape));
    }
    return tensor;
  }

  /** The type most of the weights' bytes are stored in, whatever the configuration declares. */
  public DType storedDType() {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    tensors.values().forEach(t -> bytes.merge(t.dtype(), t.byteLength(), Long::sum));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElseThrow(() -> new ModelFormatException(weights, "holds no tensors"));
  }

  /** Bytes of all tensors that can be computed with, as stored. */
  public long storedBytes() {
    return tensors.values().stream().mapToLong(StoredTensor::byteLength).sum();
  }

  /**
   * Identifies the model's files by content: see {@link DirectoryDigest}. Reads every file at the
   * first call, which takes seconds for gigabytes; later calls return the same.
   */
  public synchronized String digest() {
    if (digest == null) {
      digest = DirectoryDigest.of(path);
    }
    return digest;
  }
}
