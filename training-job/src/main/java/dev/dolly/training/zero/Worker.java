package dev.dolly.training.zero;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.torch.TorchScript;
import dev.dolly.training.compute.Arithmetic;
import dev.dolly.training.compute.Decoder;
import dev.dolly.training.compute.DecoderScript;
import dev.dolly.training.compute.DecoderScript.Batch;
import dev.dolly.training.compute.DecoderScript.Gradients;
import dev.dolly.training.compute.DecoderScript.HeadResult;
import dev.dolly.training.compute.PackedBatch;
import dev.dolly.training.compute.Unit;
import java.util.ArrayList;
import java.util.List;

/**
 * One device: its shards and its passes. Made, used and closed on one thread of its own, since
 * libgomp keeps a team of threads for each thread that ever computed in parallel.
 */
final class Worker implements AutoCloseable {
  private final int rank;
  private final TrainerSettings settings;
  private final PtNDManager manager;
  private final DecoderScript decoder;
  private final List<Shard> shards = new ArrayList<>();
  private PtNDArray whole; // null: the only device computes with its shards as they are
  private PtNDArray like; // of the type that is computed in
  private Collectives collectives;
  private List<List<PtNDArray>> everybodys;

  Worker(Device device, Decoder model, TrainerSettings settings, int rank) {
    this.rank = rank;
    this.settings = settings;
    manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch"); // loads the library
    try {
      TorchScript.prepareThread(settings.threadsPerDevice());
      TorchScript.prepareGradients();
      decoder = DecoderScript.load(manager, model);
      for (Unit unit : model.units()) {
        shards.add(new Shard(manager, script(), unit, rank, settings));
      }
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /** Makes the device one of several. Before the first pass. */
  void join(Collectives collectives, List<Worker> all) {
    this.collectives = collectives;
    everybodys = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      int unit = i;
      everybodys.add(all.stream().map(w -> w.shards.get(unit).weights()).toList());
    }
  }

  /** The type in which products are fastest here. */
  DType fastest() {
    try (PtNDManager scope = scope()) {
      return Arithmetic.fastest(scope, script(), settings.compute());
    }
  }

  /** Sets the type that is computed in. Before the first pass, or between two. */
  void computeIn(DType arithmetic) {
    for (PtNDArray old : new PtNDArray[] {like, whole}) {
      if (old != null) {
        old.close();
      }
    }
    like = Tensors.zeros(script(), manager, 1, arithmetic);
    // one buffer that all units take turns in: gathered and freed without asking for memory
    long largest =
        shards.stream().mapToLong(Shard::size).max().orElseThrow() * everybodys.get(0).size();
    whole =
        settings.devices() == 1 && arithmetic == settings.compute()
            ? null
            : Tensors.zeros(script(), manager, largest, arithmetic);
  }

  TorchScript script() {
    return decoder.script();
  }

  /** By unit. */
  List<Shard> shards() {
    return shards;
  }

  int nativeTensors() {
    return manager.getManagedArrays().size();
  }

  /**
   * One micro-batch forward and backward; leaves the gradients in the shards.
   *
   * @param batch may be empty: the device then only takes part
   * @param scale of the loss
   * @param add to the gradients of an earlier micro-batch
   * @return the sum of the losses over the labels
   */
  double train(PackedBatch batch, double scale, boolean add) {
    if (batch.tokens() == 0) {
      for (int i = shards.size() - 1; i >= 0; i--) {
        give(i, null, add);
      }
      return 0;
    }
    int head = shards.size() - 1;
    try (PtNDManager scope = scope()) {
      Batch on = decoder.batch(scope, batch);
      // of each block only its input is kept
      List<PtNDArray> inputs = new ArrayList<>();
      inputs.add(decoder.embed(scope, on, embedding(scope), like));
      for (int i = 1; i < head; i++) {
        inputs.add(decoder.block(scope, on, gather(scope, i), inputs.get(i - 1)));
      }
      if (settings.devices() > 1) {
        // for the head both ways are one call; it is gathered for each like every unit
        gather(scope, head);
      }
      PtNDArray x = inputs.remove(head - 1);
      HeadResult result = decoder.head(scope, on, gather(scope, head), x, scale);
      x.close();
      PtNDArray gradient = scatter(head, result.gradients(), add);
      for (int i = head - 1; i > 0; i--) {
        x = inputs.remove(i - 1);
        Gradients found = decoder.blockBackward(scope, on, gather(scope, i), x, gradient);
        x.close();
        gradient.close();
        gradient = scatter(i, found, add);
      }
      PtNDArray rows = decoder.embedBackward(scope, on, embedding(scope), gradient);
      give(0, rows, add);
      return number(result.loss());
    }
  }

  /** The sum of the losses over the labels; forward only. */
  double evaluate(PackedBatch batch) {
    if (batch.tokens() == 0) {
      return 0;
    }
    int head = shards.size() - 1;
    try (PtNDManager scope = scope()) {
      Batch on = decoder.batch(scope, batch);
      PtNDArray x = decoder.embed(scope, on, embedding(scope), like);
      for (int i = 1; i < head; i++) {
        PtNDArray y = decoder.block(scope, on, gather(scope, i), x);
        x.close();
        x = y;
      }
      return number(decoder.headLoss(scope, on, gather(scope, head), x));
    }
  }

  /** The sum of the squares of the gradients held here. */
  double gradientSquare() {
    return shards.stream().mapToDouble(Shard::gradientSquare).sum();
  }

  /** Moves the weights held here: see {@link Shard#update}. */
  void update(long step, double divisor, double rate) {
    for (Shard shard : shards) {
      shard.update(settings.optimizer(), step, divisor, rate);
    }
  }

  @Override
  public void close() {
    decoder.close();
    manager.close();
  }

  private PtNDManager scope() {
    return manager.newSubManager(manager.getDevice());
  }

  private PtNDArray gather(PtNDManager scope, int unit) {
    return whole == null
        ? shards.get(unit).weights()
        : collectives.allGather(rank, scope, everybodys.get(unit), whole);
  }

  /** Some of its rows are looked up: the only device needs no copy in another type. */
  private PtNDArray embedding(PtNDManager scope) {
    return settings.devices() == 1 ? shards.get(0).weights() : gather(scope, 0);
  }

  /** Gives away a unit's gradient, and returns that of its input. */
  private PtNDArray scatter(int unit, Gradients found, boolean add) {
    give(unit, found.weights(), add);
    return found.input();
  }

  private void give(int unit, PtNDArray found, boolean add) {
    collectives.reduceScatter(rank, found, shards.get(unit).gradient(), add);
    if (found != null) {
      found.close();
    }
  }

  private double number(PtNDArray scalar) {
    try (IValue value = IValue.from(scalar);
        IValue number = script().call("number", value)) {
      return number.toDouble();
    }
  }
}
