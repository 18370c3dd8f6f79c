package dev.dolly.engine.architecture;

import static dev.dolly.engine.architecture.WeightSlot.embedding;
import static dev.dolly.engine.architecture.WeightSlot.matrix;
import static dev.dolly.engine.architecture.WeightSlot.vector;
import static dev.dolly.engine.architecture.WeightSlot.zeros;

import dev.dolly.engine.model.GptNeoXConfig;
import java.util.ArrayList;
import java.util.List;

/** GPT-NeoX: pythia, dolly-v2, gpt-neox-20b. */
final class GptNeoX {
  private GptNeoX() {}

  static Wiring wire(GptNeoXConfig c) {
    int h = c.hiddenSize();
    int f = c.intermediateSize();
    int d = c.headDim();
    List<WeightSlot> w = new ArrayList<>();
    w.add(embedding("gpt_neox.embed_in.weight", c.vocabSize(), h).byRows(1));
    for (int i = 0; i < c.layers(); i++) {
      String layer = "gpt_neox.layers." + i + ".";
      w.add(vector(layer + "input_layernorm.weight", h));
      w.add(vector(layer + "input_layernorm.bias", h));
      w.add(vector(layer + "post_attention_layernorm.weight", h));
      w.add(vector(layer + "post_attention_layernorm.bias", h));
      w.add(matrix(layer + "attention.query_key_value.weight", 3L * h, h).byRows(3L * d));
      w.add(attentionBias(c, layer + "attention.query_key_value.bias", 3L * h).byRows(3L * d));
      w.add(matrix(layer + "attention.dense.weight", h, h).byColumns(d));
      w.add(attentionBias(c, layer + "attention.dense.bias", h).onFirst());
      w.add(matrix(layer + "mlp.dense_h_to_4h.weight", f, h).byRows(1));
      w.add(vector(layer + "mlp.dense_h_to_4h.bias", f).byRows(1));
      w.add(matrix(layer + "mlp.dense_4h_to_h.weight", h, f).byColumns(1));
      w.add(vector(layer + "mlp.dense_4h_to_h.bias", h).onFirst());
    }
    w.add(vector("gpt_neox.final_layer_norm.weight", h));
    w.add(vector("gpt_neox.final_layer_norm.bias", h));
    List<WeightSlot> head = new ArrayList<>();
    head.add(
        matrix(
                c.tiedEmbeddings() ? "gpt_neox.embed_in.weight" : "embed_out.weight",
                c.vocabSize(),
                h)
            .byRows(1));
    return new Wiring(
        Wiring.scripts("gpt_neox.py", c.parallelResidual()),
        Wiring.constants(c),
        c.parallelResidual(),
        w,
        head,
        new Rotary(c.rotaryDims(), c.rotaryBase(), false));
  }

  private static WeightSlot attentionBias(GptNeoXConfig c, String name, long size) {
    return c.attentionBias() ? vector(name, size) : zeros(name, size);
  }
}
