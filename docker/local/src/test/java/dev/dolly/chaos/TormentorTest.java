package dev.dolly.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.local.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TormentorTest {
  private final List<Part> killed = new ArrayList<>();
  private boolean alive = true;
  private final Tormentor tormentor =
      new Tormentor(
          part -> alive && killed.add(part),
          new KillSchedule(
              List.of(
                  new Kill(Part.BROKER, 0.2, Duration.ofSeconds(1)),
                  new Kill(Part.JOBS, 0.3, Duration.ZERO))));

  @Test
  void itKillsWhatIsDueAfterItsDelayInOrder() throws InterruptedException {
    assertThat(tormentor.act(0.1, seconds(1))).isEmpty();
    assertThat(tormentor.act(0.5, seconds(2))).isEmpty();
    assertThat(killed).isEmpty();
    assertThat(tormentor.act(0.5, seconds(3))).isPresent();
    assertThat(killed).containsExactly(Part.BROKER);
    assertThat(tormentor.isDone()).isFalse();
    tormentor.act(0.5, seconds(4));
    assertThat(killed).containsExactly(Part.BROKER, Part.JOBS);
    assertThat(tormentor.isDone()).isTrue();
    assertThat(tormentor.act(1, seconds(5))).isEmpty();
  }

  @Test
  void itWaitsForAPartThatIsOnItsWayBack() throws InterruptedException {
    alive = false;
    tormentor.act(0.2, seconds(1));
    assertThat(tormentor.act(0.2, seconds(3))).isEmpty();
    assertThat(tormentor.isDone()).isFalse();
    alive = true;
    assertThat(tormentor.act(0.2, seconds(4))).map(Killed::at).contains(seconds(4));
  }

  @Test
  void itNotesWhenTheNextOutcomeCame() throws InterruptedException {
    tormentor.act(0.9, seconds(0));
    tormentor.act(0.9, seconds(1));
    tormentor.answered(seconds(4));
    tormentor.answered(seconds(5));
    tormentor.act(0.9, seconds(6));
    assertThat(tormentor.kills())
        .containsExactly(
            new Killed(Part.BROKER, seconds(1), Optional.of(seconds(3))),
            new Killed(Part.JOBS, seconds(6), Optional.empty()));
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
