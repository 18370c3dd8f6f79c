package dev.dolly.schemas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointUriTest {
  @ParameterizedTest
  @CsvSource({
    "file:///runs, file:/runs/a/checkpoint-100, true",
    "file:///runs/, /runs, true",
    "/runs, file:///runs/a%20b, true",
    "/runs, file:///runs/a b, true",
    "/, file:///anywhere, true",
    "/runs, /runs-of-others/a, false",
    "/runs/a, /runs, false",
    "s3://bucket/runs, S3://bucket/runs/a, true",
    "s3://bucket/runs, s3://other/runs/a, false",
    "s3://bucket/runs, file:///runs/a, false",
    "s3://bucket, s3://bucket/runs, true",
  })
  void holdsWhatLiesInIt(String prefix, String uri, boolean holds) {
    if (prefix.equals("s3://bucket")) {
      prefix += "/"; // a bucket alone has no path
    }
    assertThat(CheckpointUri.parse(prefix).holds(CheckpointUri.parse(uri))).isEqualTo(holds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "runs",
        "file:runs",
        "/runs/../etc",
        "file:///runs/%2e%2e/etc",
        "s3://bucket/runs/./a",
        "s3://bucket",
        "file:///runs/a%00b",
        "/runs/a b\0",
        "runs of others",
        "file:///runs of/../others",
      })
  void takesNoWayRound(String uri) {
    assertThatThrownBy(() -> CheckpointUri.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + uri + "'");
  }

  @Test
  void spacesMayStandAsTheyAre() {
    assertThat(CheckpointUri.parse("s3://bucket/a b%20c/"))
        .isEqualTo(new CheckpointUri("s3", "bucket", "/a b%20c"));
    assertThat(CheckpointUri.parse("/a b")).isEqualTo(new CheckpointUri("file", "", "/a b"));
  }

  @Test
  void onlyPathsOfThisMachineAreLocal() {
    assertThat(CheckpointUri.parse("/runs").isLocal()).isTrue();
    assertThat(CheckpointUri.parse("FILE:/runs").isLocal()).isTrue();
    assertThat(CheckpointUri.parse("file://host/runs").isLocal()).isFalse();
    assertThat(CheckpointUri.parse("s3://bucket/runs").isLocal()).isFalse();
  }
}
