package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.engine.PtNDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Token ids in, logits out, against the reference: 2e-4 absolute on logits of size about 30. */
class LogitsGoldenTest {
  private static final double TOLERANCE = 2e-4;

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void wholeSequencesAtOnce(Fixture fixture) {
    check(fixture, Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void chunkAfterChunk(Fixture fixture) {
    check(fixture, 60);
  }

  @ParameterizedTest
  @CsvSource({
    "neox, 2",
    "neox, 3",
    "neox, 4",
    "neox-bf16, 2",
    "neox-bf16, 4",
    "neox-sequential, 2",
    "neox-sequential, 4",
    "neox-sequential, 8",
    "gptj, 2",
    "gptj, 4"
  })
  void onSeveralDevices(String name, int devices) {
    Fixture fixture = new Fixture(name);
    try (LanguageModel model = fixture.load(devices)) {
      check(fixture, model, 60);
    }
  }

  /** What Dolly's own files compute in. Eight bits of mantissa: close, not equal. */
  @ParameterizedTest
  @MethodSource("dev.dolly.engine.Fixture#all")
  void bfloat16StaysClose(Fixture fixture) {
    ComputeSettings bfloat16 = ComputeSettings.of(DType.BFLOAT16);
    try (LanguageModel model = LanguageModel.load(ModelDirectory.open(fixture.path()), bfloat16);
        KvCache cache = model.newCache(model.cacheBytesPerToken() * model.window())) {
      for (JsonNode example : fixture.golden("logits.json")) {
        int[] ids = Fixture.ints(example.get("ids"));
        int[] positions = Fixture.ints(example.get("positions"));
        float[] expected =
            fixture.goldenTensor("logits.safetensors", example.get("tensor").asText());
        Span span = cache.reserve(ids.length).orElseThrow();
        float[] actual = logits(model, cache, span, ids, Integer.MAX_VALUE);
        cache.release(span);
        int vocabulary = model.config().vocabSize();
        for (int i = 0; i < positions.length; i++) {
          assertThat(
                  cosine(actual, positions[i] * vocabulary, expected, i * vocabulary, vocabulary))
              .as("%d tokens, position %d", ids.length, positions[i])
              .isGreaterThan(0.999);
        }
      }
    }
  }

  private static double cosine(float[] a, int fromA, float[] b, int fromB, int length) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < length; i++) {
      ab += (double) a[fromA + i] * b[fromB + i];
      aa += (double) a[fromA + i] * a[fromA + i];
      bb += (double) b[fromB + i] * b[fromB + i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  private static void check(Fixture fixture, int chunk) {
    try (LanguageModel model = fixture.load()) {
      check(fixture, model, chunk);
    }
  }

  private static void check(Fixture fixture, LanguageModel model, int chunk) {
    try (KvCache cache = model.newCache(model.cacheBytesPerToken() * (model.window() + 64))) {
      Span before = cache.reserve(13).orElseThrow(); // the sequence must not depend on its place
      for (JsonNode example : fixture.golden("logits.json")) {
        int[] ids = Fixture.ints(example.get("ids"));
        int[] positions = Fixture.ints(example.get("positions"));
        float[] expected =
            fixture.goldenTensor("logits.safetensors", example.get("tensor").asText());
        Span span = cache.reserve(ids.length).orElseThrow();
        float[] actual = logits(model, cache, span, ids, chunk);
        int vocabulary = model.config().vocabSize();
        for (int i = 0; i < positions.length; i++) {
          for (int v = 0; v < vocabulary; v++) {
            assertThat((double) actual[positions[i] * vocabulary + v])
                .as("%d tokens, position %d, id %d", ids.length, positions[i], v)
                .isCloseTo(expected[i * vocabulary + v], within());
          }
        }
        cache.release(span);
      }
      cache.release(before);
    }
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(TOLERANCE);
  }

  private static float[] logits(
      LanguageModel model, KvCache cache, Span span, int[] ids, int chunk) {
    float[] all = new float[ids.length * model.config().vocabSize()];
    RaggedBatch batch = new RaggedBatch();
    for (int at = 0; at < ids.length; at += chunk) {
      int count = Math.min(chunk, ids.length - at);
      batch.clear();
      batch.add(ids, at, count, at, span);
      try (PtNDManager scope = model.newScope()) {
        long[] rows = LongStream.range(0, count).toArray();
        float[] part = model.logits(scope, model.hidden(scope, batch, cache), rows).toFloatArray();
        System.arraycopy(part, 0, all, at * model.config().vocabSize(), part.length);
      }
      if (chunk > ids.length) {
        break;
      }
    }
    return all;
  }
}
