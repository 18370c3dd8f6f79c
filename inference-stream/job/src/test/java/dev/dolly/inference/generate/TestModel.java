package dev.dolly.inference.generate;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.inference.TestRegistry;
import dev.dolly.inference.model.ServedModel;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A model in memory and a registry, for all tests of the class that registers it. */
final class TestModel implements AfterAllCallback {
  private final TestRegistry server = new TestRegistry();
  final PatientRegistry registry = new PatientRegistry(SchemaRegistries.connect(server.url()));
  final ServedModel served =
      ServedModel.of(
          LanguageModel.load(ModelDirectory.open(Fixture.MODEL), ComputeSettings.of(DType.FLOAT32)),
          "neox",
          ModelDirectory.open(Fixture.MODEL).digest(),
          ModelDirectory.open(Fixture.MODEL).digest());

  RecordSerde<Prompt> prompts() {
    return new RecordSerde<>(TopicCatalogue.PROMPTS, registry);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    served.close();
    server.close();
  }
}
