package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.engine.PtNDManager;
import dev.dolly.engine.architecture.Part;
import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.sampling.Sampling;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One model on several logical devices; that the numbers are right, the golden tests say. */
@Timeout(120)
class TensorParallelTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8})
  void partsMakeUpTheWhole(int devices) {
    long next = 0;
    for (int rank = 0; rank < devices; rank++) {
      Part part = new Part(rank, devices);
      assertThat(part.from(512)).isEqualTo(next);
      assertThat(part.share(512)).isBetween(512L / devices, 512L / devices + 1);
      next = part.to(512);
    }
    assertThat(next).isEqualTo(512);
  }

  @Test
  void moreDevicesThanHeadsAreRefusedWithTheNumbers() {
    assertThatThrownBy(() -> new Fixture("neox").load(5))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("has 4 heads, which 5 devices cannot share");
  }

  /** Norms and the biases behind a sum are everywhere; all else is there once. */
  @ParameterizedTest
  @CsvSource({"neox, 4", "neox-sequential, 3", "gptj, 2"})
  void weightsAreSharedAndNotCopied(String name, int devices) {
    Fixture fixture = new Fixture(name);
    try (LanguageModel alone = fixture.load();
        LanguageModel shared = fixture.load(devices)) {
      long hidden = alone.config().hiddenSize();
      long everywhere = (alone.config().layers() * 6L + 2) * hidden * Float.BYTES;
      assertThat(shared.weightBytes())
          .isBetween(alone.weightBytes(), alone.weightBytes() + (devices - 1) * everywhere);
      assertThat(shared.fingerprint()).endsWith("/devices-" + devices);
    }
  }

  @Test
  void int8IsSharedToo() {
    Fixture fixture = new Fixture("gptj");
    ComputeSettings int8 = ComputeSettings.of(DType.INT8);
    int[] ids = new Random(1).ints(30, 10, 300).toArray();
    try (LanguageModel alone = LanguageModel.load(ModelDirectory.open(fixture.path()), int8);
        LanguageModel shared =
            LanguageModel.load(
                ModelDirectory.open(fixture.path()), int8.withDevices(new Devices(4)))) {
      float[] a = last(alone, ids);
      float[] b = last(shared, ids);
      double ab = 0;
      double aa = 0;
      double bb = 0;
      for (int i = 0; i < a.length; i++) {
        ab += (double) a[i] * b[i];
        aa += (double) a[i] * a[i];
        bb += (double) b[i] * b[i];
      }
      assertThat(ab / Math.sqrt(aa * bb)).isGreaterThan(0.99);
    }
  }

  @Test
  void aPassThatFailsIsNotTheModelsEnd() {
    try (LanguageModel model = new Fixture("neox").load(3);
        KvCache cache = model.newCache(model.cacheBytesPerToken() * 64)) {
      int loaded = model.nativeTensors();
      int[] good = {5, 6, 7};
      float[] before = last(model, good);
      for (int i = 0; i < 20; i++) {
        RaggedBatch batch = new RaggedBatch();
        batch.add(good, 0, 3, 0, new Span(Integer.MAX_VALUE / 4, 32)); // far outside the cache
        try (PtNDManager scope = model.newScope()) {
          assertThatThrownBy(() -> model.hidden(scope, batch, cache))
              .isInstanceOf(RuntimeException.class);
        }
        assertThat(last(model, good)).isEqualTo(before);
      }
      assertThat(model.nativeTensors()).isEqualTo(loaded);
    }
  }

  @Test
  void noTensorIsLeftBehind() throws Exception {
    try (LanguageModel model = new Fixture("neox-sequential").load(4)) {
      int loaded = model.nativeTensors();
      try (AwaitableBatcher outcomes = new AwaitableBatcher(model, BatchSettings.defaults())) {
        for (int i = 0; i < 8; i++) {
          int[] prompt = new Random(i).ints(20, 10, 300).toArray();
          Generation generation =
              outcomes
                  .batcher()
                  .submit(
                      new GenerationRequest(
                          "r" + i,
                          prompt,
                          Generated.NONE,
                          10,
                          Sampling.GREEDY,
                          0,
                          Answer.idsOnly()));
          assertThat(outcomes.await(generation)).isInstanceOf(Outcome.Finished.class);
        }
      }
      assertThat(model.nativeTensors()).isEqualTo(loaded);
    }
  }

  private static float[] last(LanguageModel model, int[] ids) {
    try (KvCache cache = model.newCache(model.cacheBytesPerToken() * (ids.length + 16));
        PtNDManager scope = model.newScope()) {
      RaggedBatch batch = new RaggedBatch();
      batch.add(ids, 0, ids.length, 0, cache.reserve(ids.length).orElseThrow());
      return model
          .logits(scope, model.hidden(scope, batch, cache), new long[] {ids.length - 1})
          .toFloatArray();
    }
  }
}
