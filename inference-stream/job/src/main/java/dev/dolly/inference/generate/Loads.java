package dev.dolly.inference.generate;

import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.inference.model.ModelLoader;
import dev.dolly.inference.model.ServedModel;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings models into memory and onto the engine. On any thread. */
final class Loads {
  private static final Logger LOG = LoggerFactory.getLogger(Loads.class);

  private final ModelLoader loader;
  private final Function<ServedModel, Resident> starter;

  /** What was loaded, and how long that took. */
  record Loaded(Resident resident, long millis) {}

  /**
   * @param starter puts a loaded model on the engine; where it throws, the model stays the caller's
   */
  Loads(ModelLoader loader, Function<ServedModel, Resident> starter) {
    this.loader = loader;
    this.starter = starter;
  }

  /** Whether that is the settings' model. */
  boolean isBase(ModelRef ref) {
    return loader.isBase(ref.getVersion(), ref.getDigest());
  }

  /** The settings' model. */
  Loaded base() {
    long start = System.nanoTime();
    ServedModel base = loader.base();
    try {
      return loaded(starter.apply(base), start);
    } catch (RuntimeException | Error e) { // no room for the cache
      base.close();
      throw e;
    }
  }

  /**
   * A promoted checkpoint.
   *
   * @throws RefusedCheckpointException why it can't be served
   */
  Loaded promoted(Promotion promotion) throws RefusedCheckpointException, InterruptedException {
    long start = System.nanoTime();
    ServedModel served = loader.load(promotion);
    try {
      return loaded(starter.apply(served), start);
    } catch (RuntimeException e) {
      served.close();
      throw new RefusedCheckpointException(
          ErrorCode.CHECKPOINT_TOO_LARGE,
          "there is no room for the cache of " + promotion.version() + ": " + e.getMessage(),
          e);
    }
  }

  private static Loaded loaded(Resident resident, long start) {
    long millis = (System.nanoTime() - start) / 1_000_000;
    LOG.info("version {} is in memory after {} ms", resident.version(), millis);
    return new Loaded(resident, millis);
  }
}
