package dev.dolly.engine.architecture;

import static dev.dolly.engine.architecture.WeightSlot.embedding;
import static dev.dolly.engine.architecture.WeightSlot.matrix;
import static dev.dolly.engine.architecture.WeightSlot.vector;

import dev.dolly.engine.model.GptJConfig;
import java.util.ArrayList;
import java.util.List;

/** GPT-J: gpt-j-6B, dolly-v1-6b. */
final class GptJ {
  private GptJ() {}

  static Wiring wire(GptJConfig c) {
    int h = c.hiddenSize();
    int f = c.intermediateSize();
    int d = c.headDim();
    List<WeightSlot> w = new ArrayList<>();
    w.add(embedding("transformer.wte.weight", c.vocabSize(), h).byRows(1));
    for (int i = 0; i < c.layers(); i++) {
      String layer = "transformer.h." + i + ".";
      w.add(vector(layer + "ln_1.weight", h));
      w.add(vector(layer + "ln_1.bias", h));
      w.add(matrix(layer + "attn.q_proj.weight", h, h).byRows(d));
      w.add(matrix(layer + "attn.k_proj.weight", h, h).byRows(d));
      w.add(matrix(layer + "attn.v_proj.weight", h, h).byRows(d));
      w.add(matrix(layer + "attn.out_proj.weight", h, h).byColumns(d));
      w.add(matrix(layer + "mlp.fc_in.weight", f, h).byRows(1));
      w.add(vector(layer + "mlp.fc_in.bias", f).byRows(1));
      w.add(matrix(layer + "mlp.fc_out.weight", h, f).byColumns(1));
      w.add(vector(layer + "mlp.fc_out.bias", h).onFirst());
    }
    w.add(vector("transformer.ln_f.weight", h));
    w.add(vector("transformer.ln_f.bias", h));
    List<WeightSlot> head = new ArrayList<>();
    head.add(
        matrix(c.tiedEmbeddings() ? "transformer.wte.weight" : "lm_head.weight", c.vocabSize(), h)
            .byRows(1));
    head.add(vector("lm_head.bias", c.vocabSize()).byRows(1));
    return new Wiring(
        Wiring.scripts("gpt_j.py", true),
        Wiring.constants(c),
        true,
        w,
        head,
        new Rotary(c.rotaryDims(), c.rotaryBase(), true));
  }
}
