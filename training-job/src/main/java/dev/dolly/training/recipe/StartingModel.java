package dev.dolly.training.recipe;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.SafetensorsWriter;
import dev.dolly.engine.model.SafetensorsWriter.Entry;
import dev.dolly.engine.preset.NormalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model before its first step, in fp32: a directory that training begins from like from any other
 * base model.
 */
final class StartingModel {
  private static final String EMBEDDING = "gpt_neox.embed_in.weight";
  private static final String HEAD = "embed_out.weight";
  private static final String FIRST_QKV = "gpt_neox.layers.0.attention.query_key_value.bias";

  /** Rotary pairs that turn too slowly to tell neighbours apart are left alone. */
  private static final int PAIRS = 3;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Recipe.Start start;
  private final ObjectNode config;

  /**
   * @param vocabulary rows of the embedding
   */
  StartingModel(Recipe recipe, int vocabulary) {
    this.start = recipe.start();
    this.config = recipe.model().deepCopy();
    config.put("vocab_size", vocabulary);
    config.put("initializer_range", start.deviation());
    config.put("torch_dtype", DType.FLOAT32.configName());
  }

  void write(Path directory) throws IOException {
    Path file = directory.resolve(ModelDirectory.CONFIG);
    Files.write(file, JSON.writeValueAsBytes(config));
    if (!(ModelConfig.read(file) instanceof GptNeoXConfig neox)) {
      throw new IllegalArgumentException("a recipe's model must be a gpt_neox");
    }
    List<WeightSlot> slots = Wiring.of(neox).tensors();
    List<Entry> entries =
        slots.stream().map(slot -> new Entry(slot.name(), DType.FLOAT32, slot.shape())).toList();
    NormalBytes random = new NormalBytes(DType.FLOAT32, start.deviation(), start.seed());
    Map<String, ByteBuffer> written = new HashMap<>();
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(directory.resolve(ModelDirectory.SAFETENSORS), entries)) {
      for (Entry entry : entries) {
        ByteBuffer values =
            entry.name().equals(HEAD) && start.headFromEmbedding()
                ? written.get(EMBEDDING)
                : values(entry, random, neox);
        written.put(entry.name(), values);
        writer.write(values.duplicate());
      }
    }
  }

  private ByteBuffer values(Entry entry, NormalBytes random, GptNeoXConfig neox) {
    ByteBuffer values =
        ByteBuffer.allocate(Math.toIntExact(entry.byteLength())).order(ByteOrder.LITTLE_ENDIAN);
    if (entry.shape().length > 1) {
      random.fill(values);
    } else if (entry.name().equals(FIRST_QKV)) {
      lookBack(values, neox);
    } else {
      while (values.hasRemaining()) {
        values.putFloat(entry.name().endsWith(".weight") ? 1 : 0);
      }
    }
    return values.rewind();
  }

  /**
   * Where all keys are one vector k and all queries one vector q, a rotary pair's part of a score
   * depends on the distance alone: |q||k| cos(w (distance - d)) for q turned against k by w d. So
   * it is largest at distance d.
   *
   * @param values the fused biases, by head its query, key and value
   */
  private void lookBack(ByteBuffer values, GptNeoXConfig neox) {
    int width = neox.headDim();
    int half = neox.rotaryDims() / 2;
    List<Integer> distances = start.previousTokens();
    for (int head = 0; head < Math.min(neox.heads(), distances.size()); head++) {
      for (int pair = 0; pair < Math.min(PAIRS, half); pair++) {
        double turn =
            StrictMath.pow(neox.rotaryBase(), -2.0 * pair / neox.rotaryDims())
                * distances.get(head);
        int query = head * 3 * width + pair;
        int key = query + width;
        put(values, query, start.strength() * StrictMath.cos(turn));
        put(values, query + half, -start.strength() * StrictMath.sin(turn));
        put(values, key, start.strength());
      }
    }
  }

  private static void put(ByteBuffer values, int index, double value) {
    values.putFloat(index * Float.BYTES, (float) value);
  }
}
