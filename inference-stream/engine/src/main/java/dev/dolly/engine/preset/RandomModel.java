package dev.dolly.engine.preset;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.GptJConfig;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.SafetensorsWriter.Entry;
import dev.dolly.engine.model.ShardedWeightsWriter;
import dev.dolly.engine.text.ControlTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes a model directory of a named shape with random weights: for demonstrations, benchmarks and
 * tests of scale. Its answers are noise. Weights are N(0, 0.02), biases 0, layer norms 1 and 0; the
 * same seed gives the same bytes anywhere.
 */
public final class RandomModel {
  private static final double STANDARD_DEVIATION = 0.02;
  private static final int PIECE = 1 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final ModelPreset preset;
  private final long seed;
  private final DType dtype;
  private final long shardBytes;

  /** Hears how many bytes of weights are written, of how many. */
  @FunctionalInterface
  public interface Progress {
    void written(long bytes, long total);
  }

  RandomModel(ModelPreset preset, long seed, DType dtype, long shardBytes) {
    this.preset = preset;
    this.seed = seed;
    this.dtype = dtype;
    this.shardBytes = shardBytes;
  }

  /**
   * Writes a directory that {@link ModelDirectory#open} reads.
   *
   * @param directory made if it is not there; files of the same names are replaced
   * @param tokenizer GPT-NeoX's {@code tokenizer.json}; Dolly shapes get their control tokens added
   */
  public static void write(
      ModelPreset preset, long seed, DType dtype, Path directory, Path tokenizer, Progress progress)
      throws IOException {
    new RandomModel(preset, seed, dtype, ShardedWeightsWriter.SHARD_BYTES)
        .write(directory, tokenizer, progress);
  }

  void write(Path directory, Path tokenizer, Progress progress) throws IOException {
    Files.createDirectories(directory);
    // a directory without it is no model while the weights change
    Files.deleteIfExists(directory.resolve(ModelDirectory.CONFIG));
    writeTokenizer(directory, tokenizer);
    writeWeights(directory, progress);
    writeJson(directory.resolve(ModelDirectory.CONFIG), config());
  }

  private void writeWeights(Path directory, Progress progress) throws IOException {
    List<Entry> entries =
        Wiring.of(preset.config()).tensors().stream()
            .map(slot -> new Entry(slot.name(), dtype, slot.shape()))
            .toList();
    long total = entries.stream().mapToLong(Entry::byteLength).sum();
    NormalBytes random = new NormalBytes(dtype, STANDARD_DEVIATION, seed);
    long written = 0;
    try (ShardedWeightsWriter writer =
        ShardedWeightsWriter.create(directory, entries, shardBytes)) {
      for (Entry entry : entries) {
        writeTensor(writer, entry, random);
        written += entry.byteLength();
        progress.written(written, total);
      }
    }
  }

  private void writeTensor(ShardedWeightsWriter writer, Entry entry, NormalBytes random)
      throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    boolean matrix = entry.shape().length > 1;
    // of the vectors, layer norms' weights are ones, all biases zeros
    int constant = dtype.bits(entry.name().endsWith(".weight") ? 1 : 0);
    for (long left = entry.byteLength(); left > 0; left -= piece.limit()) {
      piece.clear().limit((int) Math.min(PIECE, left));
      if (matrix) {
        random.fill(piece);
      } else {
        while (piece.hasRemaining()) {
          NormalBytes.put(dtype, piece, constant);
        }
      }
      writer.write(piece.flip());
    }
  }

  /** What {@code config.json} says. */
  ObjectNode config() {
    ObjectNode root = JSON.createObjectNode();
    ModelConfig config = preset.config();
    root.put("model_type", config.modelType());
    root.putArray("architectures").add(config.architecture());
    if (config instanceof GptNeoXConfig neox) {
      root.put("hidden_size", neox.hiddenSize());
      root.put("num_hidden_layers", neox.layers());
      root.put("num_attention_heads", neox.heads());
      root.put("intermediate_size", neox.intermediateSize());
      root.put("hidden_act", neox.activation().configName());
      root.put("rotary_pct", (double) neox.rotaryDims() / neox.headDim());
      root.put("rotary_emb_base", (int) neox.rotaryBase());
      root.put("max_position_embeddings", neox.window());
      root.put("layer_norm_eps", neox.layerNormEps());
      root.put("use_parallel_residual", neox.parallelResidual());
      root.put("attention_bias", neox.attentionBias());
    } else if (config instanceof GptJConfig gptj) {
      root.put("n_embd", gptj.hiddenSize());
      root.put("n_layer", gptj.layers());
      root.put("n_head", gptj.heads());
      root.put("n_inner", gptj.intermediateSize());
      root.put("activation_function", gptj.activation().configName());
      root.put("rotary_dim", gptj.rotaryDims());
      root.put("n_positions", gptj.window());
      root.put("layer_norm_epsilon", gptj.layerNormEps());
    }
    root.put("vocab_size", config.vocabSize());
    root.put("initializer_range", STANDARD_DEVIATION);
    root.put("tie_word_embeddings", config.tiedEmbeddings());
    config.bosTokenId().ifPresent(id -> root.put("bos_token_id", id));
    config.eosTokenIds().forEach(id -> root.put("eos_token_id", id));
    root.put("torch_dtype", dtype.configName());
    return root;
  }

  private void writeTokenizer(Path directory, Path source) throws IOException {
    ObjectNode tokenizer = JsonFile.readObject(source);
    if (preset.controlTokens()) {
      ControlTokens.addTo(tokenizer);
    }
    writeJson(directory.resolve(ModelDirectory.TOKENIZER), tokenizer);
    ObjectNode roles = JSON.createObjectNode();
    roles.put("tokenizer_class", "PreTrainedTokenizerFast");
    for (String role : new String[] {"bos_token", "eos_token", "unk_token"}) {
      roles.put(role, "<|endoftext|>");
    }
    roles.put("clean_up_tokenization_spaces", false);
    writeJson(directory.resolve("tokenizer_config.json"), roles);
  }

  private static void writeJson(Path file, ObjectNode json) throws IOException {
    Files.write(file, JSON.writeValueAsBytes(json));
  }
}
