package dev.dolly.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.DeadLetter;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The check has to refuse what would break somebody; each case is one edit of a real schema. */
class SchemaCompatibilityCheckTest {

  private static final Schema SCHEMA = PublishedSchema.of(DeadLetter.class);

  private static Schema edited(String from, String to) {
    String json = SCHEMA.toString();
    assertThat(json).contains(from);
    return new Schema.Parser().parse(json.replace(from, to));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "field added without default|{\"name\":\"payload\"|{\"name\":\"new\",\"type\":\"long\"},{\"name\":\"payload\"",
        "field without default renamed|\"name\":\"payload_size\"|\"name\":\"size\"",
        "int becomes long|{\"name\":\"partition\",\"type\":\"int\"|{\"name\":\"partition\",\"type\":\"long\"",
        "long becomes string|{\"name\":\"occurred_at\",\"type\":\"long\"|{\"name\":\"occurred_at\",\"type\":\"string\"",
        "value becomes optional|{\"name\":\"message\",\"type\":\"string\"|{\"name\":\"message\",\"type\":[\"null\",\"string\"]",
        "optional becomes a value|[\"null\",\"string\"],\"doc\":\"The request's id, as far as it could be read.\",\"default\":null|\"string\"",
        "symbol removed|\"OUT_OF_RANGE\",|``",
        "symbol renamed|\"TOO_LARGE\"|\"TOO_BIG\"",
        "record renamed|\"name\":\"DeadLetter\"|\"name\":\"Letter\"",
        "record moved to another namespace|dev.dolly.schemas.avro|dev.dolly.other",
        "nested record renamed|\"name\":\"DeadLetterOrigin\"|\"name\":\"Place\""
      })
  void refuses(String what, String from, String to) {
    assertThat(SchemaCompatibilityCheck.problems(SCHEMA, edited(from, to))).isNotEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "field added with default|{\"name\":\"payload\"|{\"name\":\"new\",\"type\":\"long\",\"default\":0},{\"name\":\"payload\"",
        "optional field removed|{\"name\":\"request_id\",\"type\":[\"null\",\"string\"],\"doc\":\"The request's id, as far as it could be read.\",\"default\":null},|``",
        "symbol added|\"TOO_LARGE\"|\"TOO_LARGE\",\"TOO_SMALL\"",
        "another doc|Who gave it up.|Who did it."
      })
  void accepts(String what, String from, String to) {
    assertThat(SchemaCompatibilityCheck.problems(SCHEMA, edited(from, to))).isEmpty();
  }

  @Test
  void acceptsTheSame() {
    assertThat(SchemaCompatibilityCheck.problems(SCHEMA, SCHEMA)).isEmpty();
  }
}
