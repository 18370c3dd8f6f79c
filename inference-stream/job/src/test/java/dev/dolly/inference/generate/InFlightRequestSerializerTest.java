package dev.dolly.inference.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ModelRef;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class InFlightRequestSerializerTest {
  private static final InFlightRequest REQUEST =
      new InFlightRequest(
          new PromptRecord("dolly.prompts", 7, 1L << 40, 123, new byte[] {1}, new byte[] {2, 3}),
          new ModelRef("dolly", "run-000100", "abc", "float32"),
          -5,
          new int[] {50277, 0, -1},
          1_700_000_000_000L,
          new ChunkProgress(4, 9, -77),
          true);

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
  void readsWhatVersion1Wrote() throws Exception {
    byte[] written =
        HexFormat.of()
            .parseHex(
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
                    + "fffffffffffffffb"
                    + "00000003"
                    + "0000c465"
                    + "00000000"
                    + "ffffffff"
                    + "0000018bcfe56800"
                    + "00000004"
                    + "00000009"
                    + "ffffffb3"
                    + "01");
    assertThat(serializer.deserialize(1, written)).usingRecursiveComparison().isEqualTo(REQUEST);
  }

  @Test
  void refusesAVersionItDoesNotKnow() {
    assertThatThrownBy(() -> serializer.deserialize(2, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2")
        .hasMessageContaining("reads version 1");
  }

  private InFlightRequest roundTrip(InFlightRequest request) throws IOException {
    return serializer.deserialize(serializer.getVersion(), serializer.serialize(request));
  }

  private static InFlightRequest withKey(byte[] key) {
    return new InFlightRequest(
        new PromptRecord("t", 0, 0, 0, key, new byte[0]),
        REQUEST.model(),
        0,
        new int[0],
        0,
        ChunkProgress.NONE,
        false);
  }
}
