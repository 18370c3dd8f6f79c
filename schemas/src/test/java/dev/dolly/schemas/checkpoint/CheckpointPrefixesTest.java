package dev.dolly.schemas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.schemas.avro.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointPrefixesTest {
  private final CheckpointPrefixes prefixes = CheckpointPrefixes.parse("/runs/, s3://bucket/a%20b");

  @Test
  void whatLiesUnderOneOfThemIsOpened() throws Exception {
    assertThat(prefixes.require("file:///runs/a", "x"))
        .isEqualTo(new CheckpointUri("file", "", "/runs/a"));
    assertThat(prefixes.require("s3://bucket/a b/c", "x").path()).isEqualTo("/a b/c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc", "file:///runs/../etc", "runs/a", "s3://bucket/a", ""})
  void allElseIsNot(String uri) {
    assertThatThrownBy(() -> prefixes.require(uri, "inference.checkpoint-prefixes"))
        .isInstanceOfSatisfying(
            RefusedCheckpointException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_MISSING))
        .hasMessageContaining(uri);
  }

  @Test
  void withoutAnyNothingIs() {
    assertThatThrownBy(() -> CheckpointPrefixes.parse(" ").require("/runs", "the setting"))
        .hasMessage("/runs is not opened: it lies under none of [], which the setting names");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointPrefixes.parse("/runs,here"))
        .withMessage("'here' names no directory by its whole path");
  }
}
