package dev.dolly.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.topic.TopicCatalogue;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** A later version of Prompt with one more optional field, beside code that was built before it. */
class PromptEvolutionTest {
  private static final int WIRE_HEADER = 5;

  private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
  private final Schema newer = withOneMoreField();
  private int newerId;

  @BeforeEach
  void register() throws Exception {
    SchemaRegistration.registerAll(registry);
    newerId = registry.register(TopicCatalogue.PROMPTS.subject(), new AvroSchema(newer));
  }

  @Test
  void oldCodeReadsWhatNewCodeWrites() throws IOException {
    GenericRecord written = new GenericData.Record(newer);
    Prompt defaults = Prompt.newBuilder().setRequestId("r").setInstruction("i").build();
    for (Schema.Field field : defaults.getSchema().getFields()) {
      written.put(field.name(), defaults.get(field.name()));
    }
    written.put("metadata", Map.of("k", "v"));
    written.put("tenant", "acme");

    Decoded<Prompt> read =
        new RecordSerde<>(TopicCatalogue.PROMPTS, new PatientRegistry(registry))
            .decode(framed(written));

    assertThat(read).isInstanceOf(Decoded.Value.class);
    Prompt prompt = ((Decoded.Value<Prompt>) read).record();
    assertThat(prompt.getRequestId()).isEqualTo("r");
    assertThat(prompt.getParams()).isEqualTo(defaults.getParams());
    assertThat(prompt.getMetadata()).isEqualTo(Map.of("k", "v"));
  }

  @Test
  void newCodeReadsWhatOldCodeWrites() throws IOException {
    Prompt written =
        Prompt.newBuilder().setRequestId("r").setInstruction("i").setPriority(3).build();
    byte[] bytes = new RecordSerde<>(TopicCatalogue.PROMPTS, registry).encode(written);

    GenericRecord read =
        new GenericDatumReader<GenericRecord>(written.getSchema(), newer)
            .read(
                null,
                DecoderFactory.get()
                    .binaryDecoder(bytes, WIRE_HEADER, bytes.length - WIRE_HEADER, null));

    assertThat(read.get("tenant")).isNull();
    assertThat(read.get("request_id")).hasToString("r");
    assertThat(read.get("priority")).isEqualTo(3);
  }

  private byte[] framed(GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(WIRE_HEADER).put((byte) 0).putInt(newerId).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(newer).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static Schema withOneMoreField() {
    Schema current = Prompt.getClassSchema();
    List<Schema.Field> fields = new ArrayList<>();
    // first, so that a reader who went by place would be wrong
    fields.add(
        new Schema.Field(
            "tenant",
            Schema.createUnion(Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING)),
            "Whose prompt it is.",
            Schema.Field.NULL_DEFAULT_VALUE));
    current.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
    return Schema.createRecord(
        current.getName(), current.getDoc(), current.getNamespace(), false, fields);
  }
}
