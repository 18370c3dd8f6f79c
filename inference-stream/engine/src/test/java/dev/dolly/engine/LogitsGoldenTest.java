package dev.dolly.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.engine.PtNDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
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

  private static void check(Fixture fixture, int chunk) {
    try (LanguageModel model = fixture.load();
        KvCache cache = model.newCache(model.cacheBytesPerToken() * (model.window() + 64))) {
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
