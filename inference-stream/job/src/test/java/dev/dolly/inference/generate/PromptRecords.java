package dev.dolly.inference.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.serde.RecordSerde;
import java.util.Map;

/** Records of the prompt topic, offset by offset. */
final class PromptRecords {
  private final RecordSerde<Prompt> serde;
  private long offset;

  PromptRecords(RecordSerde<Prompt> serde) {
    this.serde = serde;
  }

  PromptRecord of(Prompt prompt) {
    return record(prompt.getRequestId(), serde.encode(prompt));
  }

  /** Any bytes, or null to cancel. */
  PromptRecord record(String key, byte[] value) {
    return new PromptRecord(
        "dolly.prompts", 3, offset++, 1_000, key == null ? null : key.getBytes(UTF_8), value);
  }

  static Prompt greedy(String id, String instruction, String context, int maxNewTokens) {
    return prompt(id, instruction, context, params(maxNewTokens).setDoSample(false), null);
  }

  static Prompt sampled(String id, String instruction, int maxNewTokens, Long seed) {
    return prompt(id, instruction, null, params(maxNewTokens).setSeed(seed), null);
  }

  static Prompt prompt(
      String id, String instruction, String context, PromptParams.Builder params, Origin origin) {
    return Prompt.newBuilder()
        .setRequestId(id)
        .setInstruction(instruction)
        .setContext(context)
        .setParams(params.build())
        .setMetadata(Map.of("from", "a test"))
        .setOrigin(origin)
        .build();
  }

  static PromptParams.Builder params(int maxNewTokens) {
    return PromptParams.newBuilder().setMaxNewTokens(maxNewTokens);
  }
}
