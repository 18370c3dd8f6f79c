package dev.dolly.training.compute;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.torch.TorchScript;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The passes through each unit on one device. Weights come with each call, a unit's flat tensor in
 * the compute dtype; nothing is kept but the rotary tables. One thread.
 */
public final class DecoderScript implements AutoCloseable {
  private final TorchScript script;
  private final PtNDArray cos;
  private final PtNDArray sin;

  /**
   * @param manager owns the rotary tables and lies on the device
   * @param script with all sources
   */
  private DecoderScript(PtNDManager manager, TorchScript script, Decoder decoder) {
    this.script = script;
    int window = decoder.config().window();
    int dims = decoder.rotary().dims();
    cos = table(manager, decoder.rotary().cos(window), dims);
    sin = table(manager, decoder.rotary().sin(window), dims);
  }

  /** Loads the sources; the manager owns what they need on its device. */
  public static DecoderScript load(PtNDManager manager, Decoder decoder) {
    TorchScript script =
        TorchScript.load(
            manager,
            decoder.scripts(),
            DecoderScript.class,
            List.of("training.py", decoder.block(), "sharding.py"),
            decoder.constants());
    return new DecoderScript(manager, script, decoder);
  }

  /** The methods of {@code sharding.py}. */
  public TorchScript script() {
    return script;
  }

  /** A batch on the device, owned by the scope it was made in. */
  public static final class Batch {
    private final PtNDArray ids;
    private final PtNDArray lengths;
    private final PtNDArray rows;
    private final PtNDArray targets;
    private final PtNDArray cos;
    private final PtNDArray sin;

    private Batch(DecoderScript of, PtNDManager scope, PackedBatch batch) {
      ids = longs(scope, batch.ids());
      lengths = longs(scope, batch.lengths());
      rows = longs(scope, batch.rows());
      targets = longs(scope, batch.targets());
      PtNDArray positions = longs(scope, batch.positions());
      cos = of.one(scope, "rotation", of.cos, positions);
      sin = of.one(scope, "rotation", of.sin, positions);
    }
  }

  /** Gradients of a unit's input and of its flat weights. */
  public record Gradients(PtNDArray input, PtNDArray weights) {}

  /**
   * What the head gives.
   *
   * @param loss fp64 scalar: the sum over the labels
   */
  public record HeadResult(PtNDArray loss, Gradients gradients) {}

  public Batch batch(PtNDManager scope, PackedBatch batch) {
    return new Batch(this, scope, batch);
  }

  /**
   * The embedding: {@code [tokens, hidden_size]}.
   *
   * @param like of the type that blocks compute in
   */
  public PtNDArray embed(PtNDManager scope, Batch batch, PtNDArray weights, PtNDArray like) {
    return one(scope, "embed", batch.ids, weights, like);
  }

  /** The gradient of the embedding's flat weights. */
  public PtNDArray embedBackward(
      PtNDManager scope, Batch batch, PtNDArray weights, PtNDArray gradient) {
    return one(scope, "embed_backward", batch.ids, weights, gradient);
  }

  /** A block: {@code [tokens, hidden_size]} to the same. */
  public PtNDArray block(PtNDManager scope, Batch batch, PtNDArray weights, PtNDArray x) {
    return one(scope, "block_forward", x, weights, batch.cos, batch.sin, batch.lengths);
  }

  /** A block's gradients, from its input and the gradient of its output: it is computed again. */
  public Gradients blockBackward(
      PtNDManager scope, Batch batch, PtNDArray weights, PtNDArray x, PtNDArray gradient) {
    NDList found =
        script.differentiable(
            scope, "block_backward", x, weights, batch.cos, batch.sin, batch.lengths, gradient);
    return new Gradients((PtNDArray) found.get(0), (PtNDArray) found.get(1));
  }

  /**
   * The head forward and backward in one, on the rows that predict labels only.
   *
   * @param scale of the loss: one over all labels of the global batch
   */
  public HeadResult head(
      PtNDManager scope, Batch batch, PtNDArray weights, PtNDArray x, double scale) {
    PtNDArray factor = (PtNDArray) scope.create((float) scale);
    NDList found =
        script.differentiable(
            scope, "head_backward", x, weights, batch.rows, batch.targets, factor);
    return new HeadResult(
        (PtNDArray) found.get(0),
        new Gradients((PtNDArray) found.get(1), (PtNDArray) found.get(2)));
  }

  /** The sum of the losses, fp64 scalar. */
  public PtNDArray headLoss(PtNDManager scope, Batch batch, PtNDArray weights, PtNDArray x) {
    return one(scope, "head_loss", x, weights, batch.rows, batch.targets);
  }

  @Override
  public void close() {
    script.close();
  }

  private PtNDArray one(PtNDManager scope, String method, PtNDArray... arguments) {
    return (PtNDArray) script.differentiable(scope, method, arguments).singletonOrThrow();
  }

  private static PtNDArray longs(PtNDManager scope, long[] values) {
    NDArray array = scope.create(values, new Shape(values.length));
    return (PtNDArray) array;
  }

  private static PtNDArray table(PtNDManager manager, float[] values, int dims) {
    return (PtNDArray)
        manager.create(FloatBuffer.wrap(values), new Shape(values.length / dims, dims));
  }
}
