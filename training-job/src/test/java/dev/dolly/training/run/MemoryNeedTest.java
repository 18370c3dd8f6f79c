package dev.dolly.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.example.Example;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.training.Fixtures;
import dev.dolly.training.optimizer.OptimizerSettings;
import dev.dolly.training.optimizer.Schedule;
import dev.dolly.training.zero.TrainerSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  private final List<List<Example>> batches = List.of(List.of(new Example("a", new int[400], 300)));

  @Test
  void saysByHowMuchARunDoesNotFit() {
    MemoryNeed need = need(1);

    need.requireWithin(need.total());
    assertThatThrownBy(() -> need.requireWithin(need.total() - (5L << 20)))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("5 MiB too little")
        .hasMessageContaining("take a smaller model or batch");
  }

  @Test
  void devicesOfOneHostShareWhatLastsAndNotWhatIsInUse() {
    MemoryNeed one = need(1);
    MemoryNeed four = need(4);

    assertThat(4 * four.persistent()).isBetween(one.persistent(), one.persistent() * 101 / 100);
    assertThat(four.gathered()).isEqualTo(one.gathered());
    assertThat(four.total()).isGreaterThan(one.total());
  }

  private MemoryNeed need(int devices) {
    ModelConfig config = ModelConfig.read(Fixtures.model("neox").resolve("config.json"));
    TrainerSettings settings =
        new TrainerSettings(
            DType.BFLOAT16,
            devices,
            false,
            0,
            1,
            OptimizerSettings.defaults(),
            Schedule.linear(1e-5, 0, 0, 10),
            42);
    return MemoryNeed.of(config, config.vocabSize(), settings, batches);
  }
}
