package dev.dolly.inference.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.TokenLogprob;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ModelRef;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class InFlightRequestSerializerTest {
  /** Without log-probabilities and the engine, as version 1 knew it. */
  private static final InFlightRequest REQUEST =
      new InFlightRequest(
          new PromptRecord("dolly.prompts", 7, 1L << 40, 123, new byte[] {1}, new byte[] {2, 3}),
          new ModelRef("dolly", "run-000100", "abc", "float32"),
          "",
          -5,
          Generated.of(50277, 0, -1),
          1_700_000_000_000L,
          new ChunkProgress(4, 9, -77),
          true);

  /** Record, model and seed. */
  private static final String HEAD =
      "000d"
          + "646f6c6c792e70726f6d707473" // dolly.prompts
          + "00000007"
          + "0000010000000000"
          + "000000000000007b"
          + "00000001"
          + "01"
          + "00000002"
          + "0203"
          + "0005"
          + "646f6c6c79" // dolly
          + "000a"
          + "72756e2d303030313030" // run-000100
          + "0003"
          + "616263"
          + "0007"
          + "666c6f61743332" // float32
          + "fffffffffffffffb";

  private static final Generated GENERATED_TWO =
      new Generated(
          new int[] {7, 8},
          List.of(
              new TokenLogprob(-0.5, new int[] {9}, new double[] {-0.25}),
              new TokenLogprob(-1, new int[0], new double[0])));

  private static final String GENERATED =
      "00000002"
          + "00000007"
          + "00000008"
          + "00000002"
          + "bfe0000000000000" // -0.5
          + "00000001"
          + "00000009"
          + "bfd0000000000000" // -0.25
          + "bff0000000000000" // -1
          + "00000000";

  /** Attempt, chunks and whether it is cancelled. */
  private static final String TAIL =
      "0000018bcfe56800" + "00000004" + "00000009" + "ffffffb3" + "01";

  private final InFlightRequestSerializer serializer = new InFlightRequestSerializer();

  @Test
  void bringsEveryFieldBack() throws Exception {
    assertThat(roundTrip(REQUEST)).usingRecursiveComparison().isEqualTo(REQUEST);
  }

  @Test
  void keepsAKeyThatIsNotThereApartFromAnEmptyOne() throws Exception {
    assertThat(roundTrip(withKey(null)).record().key()).isNull();
    assertThat(roundTrip(withKey(new byte[0])).record().key()).isEmpty();
  }

  @Test
  void bringsLogProbabilitiesBackToTheBit() throws Exception {
    InFlightRequest request =
        with(
            new Generated(
                new int[] {7, 8},
                List.of(
                    new TokenLogprob(-0.5, new int[] {9, 7}, new double[] {-0.25, -0.5}),
                    new TokenLogprob(Math.nextDown(-1.0), new int[0], new double[0]))),
            "libtorch/threads-2");
    assertThat(roundTrip(request).generated()).isEqualTo(request.generated());
    assertThat(roundTrip(request).engine()).isEqualTo("libtorch/threads-2");
  }

  @Test
  void readsWhatVersion3Wrote() throws Exception {
    byte[] written = HexFormat.of().parseHex(HEAD + GENERATED + TAIL + "0003" + "637075"); // cpu
    assertThat(serializer.deserialize(3, written))
        .usingRecursiveComparison()
        .isEqualTo(with(GENERATED_TWO, "cpu"));
  }

  @Test
  void readsWhatVersion2Wrote() throws Exception {
    byte[] written = HexFormat.of().parseHex(HEAD + GENERATED + TAIL);
    assertThat(serializer.deserialize(2, written))
        .usingRecursiveComparison()
        .isEqualTo(with(GENERATED_TWO, ""));
  }

  @Test
  void readsWhatVersion1Wrote() throws Exception {
    byte[] written =
        HexFormat.of().parseHex(HEAD + "00000003" + "0000c465" + "00000000" + "ffffffff" + TAIL);
    assertThat(serializer.deserialize(1, written)).usingRecursiveComparison().isEqualTo(REQUEST);
  }

  @Test
  void refusesAVersionItDoesNotKnow() {
    assertThatThrownBy(() -> serializer.deserialize(4, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 4")
        .hasMessageContaining("reads versions up to 3");
  }

  private InFlightRequest roundTrip(InFlightRequest request) throws IOException {
    return serializer.deserialize(serializer.getVersion(), serializer.serialize(request));
  }

  private static InFlightRequest with(Generated generated, String engine) {
    return new InFlightRequest(
        REQUEST.record(),
        REQUEST.model(),
        engine,
        REQUEST.seed(),
        generated,
        REQUEST.attempt(),
        REQUEST.chunks(),
        REQUEST.cancelled());
  }

  private static InFlightRequest withKey(byte[] key) {
    return new InFlightRequest(
        new PromptRecord("t", 0, 0, 0, key, new byte[0]),
        REQUEST.model(),
        "cpu",
        0,
        Generated.NONE,
        0,
        ChunkProgress.NONE,
        false);
  }
}
