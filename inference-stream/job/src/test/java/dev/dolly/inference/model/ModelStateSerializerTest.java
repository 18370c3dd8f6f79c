package dev.dolly.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.inference.model.Announcement.Promotion;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelStateSerializerTest {
  private final ModelStateSerializer serializer = new ModelStateSerializer();

  @Test
  void readsWhatItWrote() throws IOException {
    Promotion promotion =
        new Promotion(
            7, new byte[] {1, 2, 3}, "run-000100", "s3://bucket/a", "abc", Checkpoints.NEOX);
    ModelState read = copy(new ModelState(9, Optional.of(promotion)));
    assertThat(read.next()).isEqualTo(9);
    assertThat(read.running())
        .hasValueSatisfying(
            running -> assertThat(running).usingRecursiveComparison().isEqualTo(promotion));
    assertThat(copy(new ModelState(0, Optional.empty())))
        .isEqualTo(new ModelState(0, Optional.empty()));
  }

  @Test
  void refusesALayoutOfLater() {
    assertThatThrownBy(() -> serializer.deserialize(ModelStateSerializer.VERSION + 1, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("release");
  }

  private ModelState copy(ModelState state) throws IOException {
    return serializer.deserialize(serializer.getVersion(), serializer.serialize(state));
  }
}
