package dev.dolly.engine.preset;

import dev.dolly.engine.architecture.WeightSlot;
import dev.dolly.engine.architecture.Wiring;
import dev.dolly.engine.model.Activation;
import dev.dolly.engine.model.GptJConfig;
import dev.dolly.engine.model.GptNeoXConfig;
import dev.dolly.engine.model.ModelConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Shapes of published models, by their published names, and a small one for demonstrations.
 * EleutherAI pads the embedding's rows; Dolly cuts them to its tokenizer's 50,280.
 *
 * @see <a href="https://github.com/EleutherAI/pythia#models">pythia's sizes</a>
 */
public enum ModelPreset {
  /**
   * No published model: large enough to show every part at work, small enough to be made at once.
   */
  DOLLY_MINI_SHAPE("dolly-mini-shape", neox(192, 4, 4, 768, 50280), true),
  /** The one pythia of a shorter window. */
  PYTHIA_14M("pythia-14m", neox(128, 6, 4, 512, 50304, Activation.GELU, 512), false),
  PYTHIA_70M("pythia-70m", neox(512, 6, 8, 2048, 50304), false),
  PYTHIA_160M("pythia-160m", neox(768, 12, 12, 3072, 50304), false),
  PYTHIA_410M("pythia-410m", neox(1024, 24, 16, 4096, 50304), false),
  PYTHIA_1B("pythia-1b", neox(2048, 16, 8, 8192, 50304), false),
  PYTHIA_1_4B("pythia-1.4b", neox(2048, 24, 16, 8192, 50304), false),
  PYTHIA_2_8B("pythia-2.8b", neox(2560, 32, 32, 10240, 50304), false),
  PYTHIA_6_9B("pythia-6.9b", neox(4096, 32, 32, 16384, 50432), false),
  PYTHIA_12B("pythia-12b", neox(5120, 36, 40, 20480, 50688), false),
  DOLLY_V2_3B("dolly-v2-3b", neox(2560, 32, 32, 10240, 50280), true),
  DOLLY_V2_7B("dolly-v2-7b", neox(4096, 32, 32, 16384, 50280), true),
  DOLLY_V2_12B("dolly-v2-12b", neox(5120, 36, 40, 20480, 50280), true),
  GPT_NEOX_20B(
      "gpt-neox-20b",
      neox(6144, 44, 64, 24576, 50432, Activation.GELU_TANH, ModelPreset.WINDOW),
      false),
  GPT_J_6B("gpt-j-6b", gptj(4096, 28, 16, 64, 50400), false),
  /** Dolly 1 writes its markers as plain text: no control tokens. */
  DOLLY_V1_6B("dolly-v1-6b", gptj(4096, 28, 16, 64, 50400), false);

  /** {@code <|endoftext|>} of the GPT-NeoX tokenizer, which random models are given. */
  private static final int END_OF_TEXT = 0;

  /** Of all but the smallest: qualified where a constant above its line uses it. */
  private static final int WINDOW = 2048;

  private static final double ROTARY_SHARE = 0.25;
  private static final double ROTARY_BASE = 10000;
  private static final double EPS = 1e-5;

  private final String publishedName;
  private final ModelConfig config;
  private final boolean controlTokens;

  ModelPreset(String publishedName, ModelConfig config, boolean controlTokens) {
    this.publishedName = publishedName;
    this.config = config;
    this.controlTokens = controlTokens;
  }

  private static ModelConfig neox(int hidden, int layers, int heads, int inner, int vocabulary) {
    return neox(hidden, layers, heads, inner, vocabulary, Activation.GELU, WINDOW);
  }

  private static ModelConfig neox(
      int hidden,
      int layers,
      int heads,
      int inner,
      int vocabulary,
      Activation activation,
      int window) {
    return new GptNeoXConfig(
        vocabulary,
        hidden,
        layers,
        heads,
        inner,
        (int) (hidden / heads * ROTARY_SHARE),
        ROTARY_BASE,
        EPS,
        true,
        activation,
        window,
        true,
        false,
        Optional.empty(),
        OptionalInt.of(END_OF_TEXT),
        List.of(END_OF_TEXT));
  }

  private static ModelConfig gptj(
      int hidden, int layers, int heads, int rotaryDims, int vocabulary) {
    return new GptJConfig(
        vocabulary,
        hidden,
        layers,
        heads,
        4 * hidden,
        rotaryDims,
        EPS,
        Activation.GELU_TANH,
        WINDOW,
        false,
        Optional.empty(),
        OptionalInt.of(END_OF_TEXT),
        List.of(END_OF_TEXT));
  }

  /** Its name on the command line and, but for the mini shape, on the hub. */
  public String publishedName() {
    return publishedName;
  }

  public ModelConfig config() {
    return config;
  }

  /** Whether its tokenizer has Dolly's three control tokens. */
  public boolean controlTokens() {
    return controlTokens;
  }

  /** The number of weights. */
  public long parameters() {
    return Wiring.of(config).tensors().stream().mapToLong(WeightSlot::elements).sum();
  }

  /** By its published name, whatever the case. */
  public static Optional<ModelPreset> byName(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(p -> p.publishedName.equals(wanted)).findFirst();
  }
}
