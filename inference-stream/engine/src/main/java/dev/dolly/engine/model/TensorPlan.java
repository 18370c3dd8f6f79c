package dev.dolly.engine.model;

import dev.dolly.engine.model.SafetensorsWriter.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * The tensors a model consists of, by Hugging Face's names, in the order of their use.
 *
 * <p>Only for writing new models; a reader asks for the tensors it needs.
 */
final class TensorPlan {
  private final DType dtype;
  private final List<Entry> entries = new ArrayList<>();

  private TensorPlan(DType dtype) {
    this.dtype = dtype;
  }

  static List<Entry> of(ModelConfig config, DType dtype) {
    TensorPlan plan = new TensorPlan(dtype);
    if (config instanceof GptNeoXConfig neox) {
      plan.neox(neox);
    } else if (config instanceof GptJConfig gptj) {
      plan.gptj(gptj);
    }
    return List.copyOf(plan.entries);
  }

  private void neox(GptNeoXConfig c) {
    long hidden = c.hiddenSize();
    add("gpt_neox.embed_in.weight", c.vocabSize(), hidden);
    for (int layer = 0; layer < c.layers(); layer++) {
      String prefix = "gpt_neox.layers." + layer + ".";
      norm(prefix + "input_layernorm", hidden);
      norm(prefix + "post_attention_layernorm", hidden);
      linear(prefix + "attention.query_key_value", 3 * hidden, hidden, c.attentionBias());
      linear(prefix + "attention.dense", hidden, hidden, c.attentionBias());
      linear(prefix + "mlp.dense_h_to_4h", c.intermediateSize(), hidden, true);
      linear(prefix + "mlp.dense_4h_to_h", hidden, c.intermediateSize(), true);
    }
    norm("gpt_neox.final_layer_norm", hidden);
    if (!c.tiedEmbeddings()) {
      linear("embed_out", c.vocabSize(), hidden, false);
    }
  }

  private void gptj(GptJConfig c) {
    long hidden = c.hiddenSize();
    add("transformer.wte.weight", c.vocabSize(), hidden);
    for (int layer = 0; layer < c.layers(); layer++) {
      String prefix = "transformer.h." + layer + ".";
      norm(prefix + "ln_1", hidden);
      for (String projection : new String[] {"q_proj", "k_proj", "v_proj", "out_proj"}) {
        linear(prefix + "attn." + projection, hidden, hidden, false);
      }
      linear(prefix + "mlp.fc_in", c.intermediateSize(), hidden, true);
      linear(prefix + "mlp.fc_out", hidden, c.intermediateSize(), true);
    }
    norm("transformer.ln_f", hidden);
    if (c.tiedEmbeddings()) {
      add("lm_head.bias", c.vocabSize());
    } else {
      linear("lm_head", c.vocabSize(), hidden, true);
    }
  }

  private void norm(String name, long size) {
    add(name + ".weight", size);
    add(name + ".bias", size);
  }

  private void linear(String name, long out, long in, boolean bias) {
    add(name + ".weight", out, in);
    if (bias) {
      add(name + ".bias", out);
    }
  }

  private void add(String name, long... shape) {
    entries.add(new Entry(name, dtype, shape));
  }
}
