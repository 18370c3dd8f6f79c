package dev.dolly.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.HttpRegistry;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.PublishedSchema;
import dev.dolly.schemas.registry.SchemaNotRegisteredException;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.TopicCatalogue;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordSerdeTest {

  private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
  private final RecordSerde<Prompt> prompts = new RecordSerde<>(TopicCatalogue.PROMPTS, registry);
  private final RecordSerde<Response> responses =
      new RecordSerde<>(TopicCatalogue.RESPONSES, registry);

  @BeforeEach
  void register() {
    SchemaRegistration.registerAll(registry);
  }

  private void assertMalformed(byte[] bytes, String... messages) {
    assertThat(prompts.decode(bytes))
        .isInstanceOfSatisfying(
            Decoded.Broken.class,
            broken -> {
              assertThat(broken.code()).isEqualTo(ErrorCode.MALFORMED_AVRO);
              assertThat(broken.message()).doesNotContain("\n");
              assertThat(List.of(messages)).allMatch(broken.message()::contains);
            });
  }

  /** A record in wire format, written with a schema of somebody else's. */
  private byte[] written(String subject, Schema schema, GenericRecord record) throws Exception {
    return wire(registry.register(subject, new AvroSchema(schema)), body(schema, record));
  }

  private static byte[] body(Schema schema, GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static byte[] wire(int id, byte... body) {
    return ByteBuffer.allocate(5 + body.length).put((byte) 0).putInt(id).put(body).array();
  }

  private static GenericRecord generic(byte[] wire, Schema writer, Schema reader)
      throws IOException {
    return new GenericDatumReader<GenericRecord>(writer, reader)
        .read(null, DecoderFactory.get().binaryDecoder(wire, 5, wire.length - 5, null));
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(prompts.decode(prompts.encode(Examples.prompt())))
        .isEqualTo(new Decoded.Value<>(Examples.prompt()));
    assertThat(responses.decode(responses.encode(Examples.response())))
        .isEqualTo(new Decoded.Value<>(Examples.response()));
  }

  @Test
  void writesConfluentsWireFormat() throws Exception {
    byte[] bytes = prompts.encode(Examples.prompt());
    Schema schema = PublishedSchema.of(Prompt.class);
    int id = registry.getId("dolly.prompts-value", new AvroSchema(schema));

    assertThat(bytes).startsWith(wire(id));
    assertThat(generic(bytes, schema, schema)).hasToString(Examples.prompt().toString());
  }

  @Test
  void kafkaSeesNullAsNull() {
    assertThat(prompts.serializer().serialize("t", null)).isNull();
    assertThat(prompts.deserializer().deserialize("t", null)).isNull();
  }

  @Test
  void kafkasDeserializerThrowsWithTheCode() {
    assertThatThrownBy(() -> prompts.deserializer().deserialize("t", new byte[] {1, 2, 3, 4, 5}))
        .isInstanceOfSatisfying(
            UndecodableRecordException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_AVRO))
        .hasMessageContaining("dolly.prompts");
  }

  @Test
  void neverRegisters() {
    try (HttpRegistry http = new HttpRegistry()) {
      http.answer(404, "{\"error_code\": 40401, \"message\": \"Subject not found\"}");
      RecordSerde<Prompt> serde =
          new RecordSerde<>(TopicCatalogue.PROMPTS, SchemaRegistries.connect(http.url()));

      assertThatThrownBy(() -> serde.encode(Examples.prompt()))
          .isInstanceOf(SchemaNotRegisteredException.class);
      assertThat(http.requests()).containsExactly("POST /subjects/dolly.prompts-value");
    }
  }

  @Test
  void anUnknownIdIsItsOwnError() {
    assertThat(prompts.decode(wire(4711)))
        .isEqualTo(
            new Decoded.Broken<Prompt>(
                ErrorCode.UNKNOWN_SCHEMA, "the schema registry does not know schema id 4711"));
  }

  @Test
  void bytesThatAreNoSuchRecordAreMalformed() {
    byte[] good = prompts.encode(Examples.prompt());
    assertMalformed(new byte[0], "0 bytes");
    assertMalformed(new byte[] {0, 0, 0, 1}, "4 bytes");
    assertMalformed("{\"instruction\": \"x\"}".getBytes(), "first byte is 123");
    assertMalformed(Arrays.copyOf(good, good.length + 1), "1 bytes follow");
    assertMalformed(
        responses.encode(Examples.response()),
        "is of dev.dolly.schemas.avro.Response, not of dev.dolly.schemas.avro.Prompt");
  }

  @Test
  void everyTruncationIsMalformed() {
    byte[] good = prompts.encode(Examples.prompt());
    for (int length = 0; length < good.length; length++) {
      assertMalformed(Arrays.copyOf(good, length));
    }
  }

  /** The result may be a record, by chance; it may not be an exception, nor take the heap. */
  @Test
  void noBytesAreTooBadToBeLookedAt() {
    Random random = new Random(42);
    byte[] good = prompts.encode(Examples.prompt());
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        bad[5 + random.nextInt(bad.length - 5)] = (byte) random.nextInt();
      }
      Decoded<Prompt> decoded = prompts.decode(bad);
      if (decoded instanceof Decoded.Broken<Prompt> broken) {
        assertThat(broken.code()).isEqualTo(ErrorCode.MALFORMED_AVRO);
      }
    }
  }

  @Test
  void aLengthThatIsNotThereIsNotAllocated() {
    byte[] good = prompts.encode(Examples.prompt());
    // A request_id of 2 GiB.
    byte[] huge = {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
    assertMalformed(wire(ByteBuffer.wrap(good).getInt(1), huge), "2147483647 bytes are announced");
  }

  @Test
  void anOlderVersionIsReadWithOurDefaults() throws Exception {
    Schema old =
        new Schema.Parser()
            .parse(
                """
        {"type": "record", "name": "Prompt", "namespace": "dev.dolly.schemas.avro", "fields": [
          {"name": "request_id", "type": "string"},
          {"name": "instruction", "type": "string"}]}
        """);
    GenericRecord record = new GenericData.Record(old);
    record.put("request_id", "a");
    record.put("instruction", "b");

    assertThat(prompts.decode(written("elsewhere", old, record)))
        .isEqualTo(
            new Decoded.Value<>(Prompt.newBuilder().setRequestId("a").setInstruction("b").build()));
  }

  @Test
  void aNewerVersionIsReadWithoutWhatWeDoNotKnow() throws Exception {
    Schema newer =
        new Schema.Parser()
            .parse(
                PublishedSchema.of(Response.class)
                    .toString()
                    .replace("\"STOP\"", "\"TIRED\",\"STOP\"")
                    .replace(
                        "{\"name\":\"text\"",
                        "{\"name\":\"notes\",\"type\":{\"type\":\"map\",\"values\":{\"type\":"
                            + "\"array\",\"items\":\"string\"}},\"default\":{}},{\"name\":\"text\""));
    GenericRecord record =
        generic(responses.encode(Examples.response()), PublishedSchema.of(Response.class), newer);
    record.put("notes", Map.of("a", List.of("b", "c"), "d", List.of()));
    Schema reasons = newer.getField("finish_reason").schema();
    record.put("finish_reason", new GenericData.EnumSymbol(reasons, "TIRED"));

    Response expected =
        Response.newBuilder(Examples.response()).setFinishReason(FinishReason.UNKNOWN).build();
    assertThat(responses.decode(written("dolly.responses-value", newer, record)))
        .isEqualTo(new Decoded.Value<>(expected));
  }

  @Test
  void anyRecordIsReadAsItWasWritten() {
    AnyRecordDecoder any = new AnyRecordDecoder(new PatientRegistry(registry));
    byte[] good = prompts.encode(Examples.prompt());
    assertThat(any.decode(good))
        .isInstanceOfSatisfying(
            Decoded.Value.class,
            value -> assertThat(value.record()).hasToString(Examples.prompt().toString()));
    assertThat(any.decode(responses.encode(Examples.response())))
        .isInstanceOfSatisfying(
            Decoded.Value.class,
            value -> assertThat(value.record()).hasToString(Examples.response().toString()));
  }

  @Test
  void anyRecordIsReadAsStrictlyAsOurs() throws Exception {
    AnyRecordDecoder any = new AnyRecordDecoder(new PatientRegistry(registry));
    byte[] good = prompts.encode(Examples.prompt());
    int id = ByteBuffer.wrap(good).getInt(1);
    byte[] huge = {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
    int text = registry.register("text", new AvroSchema(Schema.create(Schema.Type.STRING)));
    for (byte[] bad :
        List.of(
            new byte[0],
            Arrays.copyOf(good, good.length - 1),
            Arrays.copyOf(good, good.length + 1),
            wire(id, huge),
            wire(text, (byte) 2, (byte) 'a'))) {
      assertThat(any.decode(bad))
          .isInstanceOfSatisfying(
              Decoded.Broken.class,
              broken -> assertThat(broken.code()).isEqualTo(ErrorCode.MALFORMED_AVRO));
    }
  }

  @Test
  void aSchemaThatCanNotBeResolvedIsMalformed() throws Exception {
    Schema other =
        new Schema.Parser()
            .parse(
                """
        {"type": "record", "name": "Prompt", "namespace": "dev.dolly.schemas.avro", "fields": [
          {"name": "request_id", "type": "long"}]}
        """);
    GenericRecord record = new GenericData.Record(other);
    record.put("request_id", 5L);
    assertMalformed(written("elsewhere", other, record));
  }
}
