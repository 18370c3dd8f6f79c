package dev.dolly.engine.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code config.json} says about a model, in one spelling. An architecture is one record of
 * this family; what all of them share is what batching, caching and scoring need to know.
 *
 * <p>Defaults for absent keys are those of Hugging Face transformers' configuration classes
 * (4.53.3, and 5.x for the nested rotary settings), except that absent begin and end ids stay
 * absent: the tokenizer's decide.
 */
public sealed interface ModelConfig permits GptNeoXConfig, GptJConfig {
  /** The name {@code model_type} has. */
  String modelType();

  /** The class of Hugging Face transformers that computes it, as {@code architectures} names it. */
  String architecture();

  /** Rows of the embedding and of the output head; at least the tokenizer's length. */
  int vocabSize();

  int hiddenSize();

  int layers();

  int heads();

  /** Width of the feed-forward part. */
  int intermediateSize();

  /** Leading dimensions of each head that are rotated: even, at most {@link #headDim()}. */
  int rotaryDims();

  /** Base of the rotary frequencies. */
  double rotaryBase();

  double layerNormEps();

  Activation activation();

  /** Positions the model was trained for: prompt and answer together. */
  int window();

  /** Whether the output head's weight is the embedding's (the files then hold it once). */
  boolean tiedEmbeddings();

  /** {@code torch_dtype} or {@code dtype}; empty where it is absent or none of ours. */
  Optional<DType> declaredDtype();

  OptionalInt bosTokenId();

  /** Empty where the file names none. */
  List<Integer> eosTokenIds();

  /** The same model with another number of rows. */
  ModelConfig withVocabSize(int rows);

  /** {@code hiddenSize / heads}. */
  default int headDim() {
    return hiddenSize() / heads();
  }

  /**
   * Reads a {@code config.json}.
   *
   * @throws ModelFormatException when it is missing, broken, contradicts itself, is of another
   *     architecture, or asks for something the architecture here cannot do
   */
  static ModelConfig read(Path configFile) {
    ConfigFile file = ConfigFile.read(configFile);
    String type = file.text("model_type", "");
    return switch (type) {
      case GptNeoXConfig.MODEL_TYPE -> GptNeoXConfig.of(file);
      case GptJConfig.MODEL_TYPE -> GptJConfig.of(file);
      default ->
          throw file.error(
              (type.isEmpty() ? "names no model_type" : "model_type " + type + " is not supported")
                  + "; supported: "
                  + GptNeoXConfig.MODEL_TYPE
                  + ", "
                  + GptJConfig.MODEL_TYPE);
    };
  }
}
