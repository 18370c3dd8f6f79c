package dev.dolly.training.run;

import dev.dolly.engine.example.Example;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.training.zero.Trainer;
import dev.dolly.training.zero.TrainerSettings;
import java.util.List;
import java.util.Locale;

/**
 * What a run takes of memory, so that one which cannot fit is refused before anything is loaded.
 *
 * @param persistent bytes of one device from beginning to end
 * @param gathered bytes of one device: the largest layer, or embedding, put together for its use
 * @param activations bytes of one device, of the largest step seen
 * @param devices that share the host's memory; 1 for GPUs, which have their own
 */
record MemoryNeed(long persistent, long gathered, long activations, int devices) {
  private static final int FLOAT = 4;

  /** Vectors of the hidden size that one token keeps within the layer that is recomputed. */
  private static final int VECTORS_WITHIN_A_LAYER = 24;

  /**
   * @param batches of some steps, one of the largest among them
   */
  static MemoryNeed of(
      ModelConfig config, int vocabulary, TrainerSettings settings, List<List<Example>> batches) {
    long bytes = settings.compute().bytes();
    long hidden = config.hiddenSize();
    long layer = 4 * hidden * hidden + 2 * hidden * config.intermediateSize();
    long gathered = 2 * bytes * Math.max(layer, hidden * vocabulary);
    long parts = (long) settings.devices() * settings.accumulation();
    long tokens = 0;
    long labels = 0;
    for (List<Example> batch : batches) {
      long longest = batch.stream().mapToLong(Example::tokens).max().orElse(0);
      long all = batch.stream().mapToLong(Example::tokens).sum();
      long allLabels = batch.stream().mapToLong(Example::labels).sum();
      tokens = Math.max(tokens, Math.max(longest, all / parts));
      labels = Math.max(labels, allLabels / parts);
    }
    long activations =
        tokens * hidden * bytes * (config.layers() + VECTORS_WITHIN_A_LAYER)
            + tokens * config.intermediateSize() * bytes * 4
            + labels * vocabulary * (FLOAT + bytes);
    return new MemoryNeed(
        Trainer.persistentBytesPerDevice(config, vocabulary, settings),
        gathered,
        activations,
        settings.gpus() ? 1 : settings.devices());
  }

  long total() {
    return devices * (persistent + gathered + activations);
  }

  /**
   * @throws TrainingFailedException that says by how much the run does not fit
   */
  void requireWithin(long available) {
    if (total() > available) {
      throw new TrainingFailedException(
          String.format(
              Locale.ROOT,
              "the run needs about %s of memory and %s are available, %s too little: %s for"
                  + " parameters, gradients and optimizer on each of %d devices, %s for layers in"
                  + " use, %s for activations; take a smaller model or batch, or a host with more",
              size(total()),
              size(available),
              size(total() - available),
              size(persistent),
              devices,
              size(gathered),
              size(activations)));
    }
  }

  private static String size(long bytes) {
    return bytes < 1L << 30
        ? String.format(Locale.ROOT, "%.0f MiB", bytes / (double) (1 << 20))
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
  }
}
