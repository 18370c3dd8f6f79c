package dev.dolly.cli;

import dev.dolly.json.Json;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistries;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly schemas register}. */
@Command(
    name = "register",
    description =
        "Registers the schemas that are missing and prints one JSON object a subject: id, version,"
            + " whether it is new.")
final class SchemasRegisterCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  SchemasRegisterCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    for (SchemaRegistration done :
        SchemaRegistration.registerAll(SchemaRegistries.connect(cluster.registryUrl()))) {
      terminal.result(
          Json.line(
              Json.object()
                  .put("subject", done.subject())
                  .put("id", done.id())
                  .put("version", done.version())
                  .put("added", done.added())));
    }
    return 0;
  }
}
