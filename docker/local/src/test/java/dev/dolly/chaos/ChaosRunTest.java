package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.local.DataDirectory;
import dev.dolly.local.LocalStack;
import dev.dolly.local.Part;
import dev.dolly.local.StackException;
import dev.dolly.local.StackSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ChaosRunTest {
  @TempDir private Path directory;

  @Test
  void aRegistryThatIsGoneForGoodEndsTheCount() throws Exception {
    DataDirectory data = new DataDirectory(directory.resolve("data"));
    StackSettings settings =
        new StackSettings(
            data,
            StackSettings.PortChoice.FREE,
            Path.of(System.getProperty("dolly.registry")),
            Path.of(
                System.getProperty("dolly.repository"),
                "inference-stream/engine/src/test/resources/fixtures/neox"),
            Map.of("inference.dtype", "float32"));
    ChaosSettings load =
        new ChaosSettings(
            1,
            3,
            Optional.empty(),
            0,
            OptionalInt.of(10),
            OptionalDouble.empty(),
            Duration.ofMinutes(2),
            Duration.ZERO);
    try (LocalStack stack = LocalStack.start(settings, line -> {})) {
      ChaosRun run =
          new ChaosRun(
              stack, load, 256, Clock.systemUTC(), new WhenCounting(() -> ruin(stack, data)));
      assertThatThrownBy(run::run)
          .isInstanceOf(StackException.class)
          .hasMessageContaining("the registry process cannot be started");
    }
  }

  /** Kills the registry and lets it find a file where its directory was. */
  private static void ruin(LocalStack stack, DataDirectory data) {
    try {
      Files.move(data.registry(), data.registry().resolveSibling("away"));
      Files.createFile(data.registry());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    stack.kill(Part.REGISTRY);
  }

  /** The count is the first to ask the registry for what answers are made of. */
  private record WhenCounting(Runnable action) implements ChaosListener {
    @Override
    public void progressed(int sent, int outcomes) {}

    @Override
    public void killed(Killed kill) {}

    @Override
    public void said(String line) {
      if (line.startsWith("Counting")) {
        action.run();
      }
    }
  }
}
