package dev.dolly.schemas.serde;

import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.Timings;
import dev.dolly.schemas.avro.TokenLogprob;
import dev.dolly.schemas.avro.TopLogprob;
import java.util.List;
import java.util.Map;

/** Records in which every field says something. */
final class Examples {

  private Examples() {}

  static Prompt prompt() {
    return Prompt.newBuilder()
        .setRequestId("r-1")
        .setInstruction("Übersetze: 好 😀")
        .setContext("\u0000 text")
        .setParams(PromptParams.newBuilder().setSeed(-5L).setStop(List.of("\n\n", "End")).build())
        .setPriority(-3)
        .setDeadlineAt(1_700_000_000_000L)
        .setMetadata(Map.of("tenant", "a"))
        .setSubmittedAt(1_600_000_000_000L)
        .setOrigin(new Origin("dolly.prompts.raw", 7, 1L << 40))
        .build();
  }

  static Response response() {
    return Response.newBuilder()
        .setRequestId("r-1")
        .setText("Yes.")
        .setFinishReason(FinishReason.STOP)
        .setPromptTokens(100)
        .setGeneratedTokens(2)
        .setResumedTokens(1)
        .setLogprobs(List.of(new TokenLogprob("Yes", -0.25, List.of(new TopLogprob("Yes", -0.25)))))
        .setSeed(Long.MIN_VALUE)
        .setModel(new ModelRef("dolly", "v", "d", "float32"))
        .setEngine("e")
        .setDeterministic(true)
        .setTimings(new Timings(1L, 2L, 3L))
        .setOrigin(new Origin("dolly.prompts", 0, 0L))
        .setMetadata(Map.of())
        .setCreatedAt(1L)
        .build();
  }
}
