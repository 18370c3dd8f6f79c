package dev.dolly.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class PositionTest {
  private static final String SELF = "7-1";
  private static final String OTHER = "8-2";

  @Test
  void anEvaluationThatAnotherProcessHadUnderWayWasItsDeath() {
    Position first = new Position(5, 0);

    Position after = Position.of(first.underWay(OTHER), SELF);
    assertThat(after).isEqualTo(new Position(5, 1));
    assertThat(Position.of(after.underWay(OTHER), SELF)).isEqualTo(new Position(5, 2));
  }

  @Test
  void oneThatHasEndedOrIsThisProcesssOwnWasNot() {
    Position position = new Position(5, 1);

    assertThat(Position.of(position.ended(), SELF)).isEqualTo(position);
    assertThat(Position.of(position.underWay(SELF), SELF)).isEqualTo(position);
  }

  @Test
  void otherCandidatesAndOffsetsWithoutATextAreFreeOfIt() {
    assertThat(new Position(5, 2).at(6)).isEqualTo(new Position(6, 0));
    assertThat(new Position(5, 2).at(5)).isEqualTo(new Position(5, 2));
    assertThat(Position.of(new OffsetAndMetadata(5), SELF)).isEqualTo(new Position(5, 0));
    assertThat(Position.of(new OffsetAndMetadata(5, "whatever"), SELF))
        .isEqualTo(new Position(5, 0));
  }
}
