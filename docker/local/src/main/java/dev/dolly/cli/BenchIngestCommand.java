package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.ingest.IngestApp;
import dev.dolly.ingest.IngestSettings;
import dev.dolly.json.Json;
import dev.dolly.local.DataDirectory;
import dev.dolly.local.Directories;
import dev.dolly.local.LocalStack;
import dev.dolly.local.Part;
import dev.dolly.local.StackSettings;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dolly bench ingest}. */
@Command(
    name = "ingest",
    description = {
      "Measures how fast records come in, on a broker and a registry of its own: `load` onto a new"
          + " topic, and the exactly-once entrance from a raw topic that is full, each beside"
          + " Kafka's own producer benchmark (org.apache.kafka.tools.ProducerPerformance) sending the"
          + " same lines in the same run.",
      "Prints a line each, with --json the object {\"ingest\": {\"load\": …, \"entrance\": …}} into a"
          + " file."
    })
final class BenchIngestCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration START = Duration.ofMinutes(2);

  private final Terminal terminal;

  @Option(
      names = "--records",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Records of each measurement (default: ${DEFAULT-VALUE}).")
  private int records = 200_000;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Of the entrance (default: ${DEFAULT-VALUE}).")
  private int threads = 1;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  BenchIngestCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("dolly-bench-ingest");
    DataDirectory data = new DataDirectory(directory.resolve("data"));
    Logs.toDirectory(data.logs());
    StackSettings settings =
        new StackSettings(
            data,
            StackSettings.PortChoice.FREE,
            Path.of(System.getProperty("dolly.registry", "registry")),
            directory,
            Map.of());
    try (LocalStack stack =
        LocalStack.start(settings, EnumSet.of(Part.BROKER, Part.REGISTRY), terminal::progress)) {
      ObjectNode ingest = measure(stack, directory);
      if (json != null) {
        ObjectNode root = Json.object();
        root.set("ingest", ingest);
        Files.writeString(json, Json.line(root) + "\n");
      }
    } finally {
      Directories.deleteIfPossible(directory);
    }
    return 0;
  }

  private ObjectNode measure(LocalStack stack, Path directory) throws Exception {
    Cluster cluster = new Cluster(stack.address().bootstrap(), stack.address().registry());
    try (Admin admin = cluster.admin()) {
      TopicCreation.createMissing(admin, TopicCatalogue.all(), TopicSettings.defaults());
      TopicCreation.createMissing(
          admin, List.of(TopicCatalogue.dataset("peer")), TopicSettings.defaults());
    }
    SchemaRegistration.registerAll(SchemaRegistries.connect(cluster.registry()));
    PeerProducer peer = new PeerProducer(cluster.bootstrap());
    Path examples = directory.resolve("examples.jsonl");
    Path prompts = directory.resolve("prompts.jsonl");
    write(examples, true);
    write(prompts, false);

    ObjectNode ingest = Json.object().put("records", records);
    List<String> likeLoad =
        List.of("acks=all", "compression.type=lz4", "batch.size=131072", "linger.ms=20");
    peer.rate("peer", records, examples, likeLoad); // both find a broker that is warm
    double ofPeer = peer.rate("peer", records, examples, likeLoad);
    ingest.set("load", result("load", load(cluster, examples), ofPeer));

    String raw = TopicCatalogue.PROMPTS_RAW.name();
    List<String> likeProduce = List.of("acks=all", "linger.ms=5");
    double filling = peer.rate(raw, records, prompts, likeProduce);
    ingest.set("entrance", result("entrance", entrance(cluster, directory), filling));
    return ingest;
  }

  private double load(Cluster cluster, Path file) {
    long start = System.nanoTime();
    new DatasetTopics(cluster, terminal)
        .load(NamedDataset.of(file, "bench", "NOASSERTION"), "load", false);
    return perSecond(start);
  }

  /** From when it runs until the last outcome is committed. */
  private double entrance(Cluster cluster, Path directory) throws InterruptedException {
    IngestSettings settings =
        IngestSettings.of(
            cluster.bootstrap(),
            cluster.registry(),
            directory.resolve("streams"),
            Map.of("ingest.threads", Integer.toString(threads)));
    try (TopicReader outcomes =
            new TopicReader(
                cluster.bootstrap(),
                List.of(TopicCatalogue.PROMPTS.name(), TopicCatalogue.DEAD_LETTERS.name()),
                new StartingPoint.Earliest(),
                TopicReader.PATIENCE);
        IngestApp app = new IngestApp(settings)) {
      app.start();
      app.awaitRunning(START);
      long start = System.nanoTime();
      long end = start + PATIENCE.toNanos();
      for (long seen = 0; seen < records; ) {
        seen += outcomes.poll(Duration.ofMillis(100)).size();
        if (System.nanoTime() > end || app.failure().isPresent()) {
          throw new CommandException(
              "the entrance did not get through: %d of %d".formatted(seen, records));
        }
      }
      return perSecond(start);
    }
  }

  private double perSecond(long start) {
    return records / ((System.nanoTime() - start) / 1e9);
  }

  private ObjectNode result(String what, double ours, double peer) {
    terminal.result(
        String.format(
            Locale.ROOT,
            "%-9s %,9.0f records/s; Kafka's producer benchmark %,9.0f; ratio %.2f",
            what,
            ours,
            peer,
            ours / peer));
    return Json.object()
        .put("records_per_second", ours)
        .put("peer_records_per_second", peer)
        .put("ratio", ours / peer);
  }

  /** The bundled dataset over and over, each record another by its number. */
  private void write(Path file, boolean answers) throws IOException {
    List<InstructionText> texts = new ArrayList<>();
    try (InputStream in =
        NamedDataset.find("dolly-15k", Optional.empty(), terminal).input().open()) {
      DatasetFile.read("dolly-15k", in, entry -> texts.add(((DatasetEntry.Found) entry).text()));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
      for (int i = 0; i < records; i++) {
        InstructionText text = texts.get(i % texts.size());
        ObjectNode line =
            Json.object()
                .put("instruction", text.instruction() + " " + i)
                .put("context", text.context());
        if (answers) {
          line.put("response", text.response()).put("category", text.category());
        }
        out.write(Json.line(line) + "\n");
      }
    }
  }
}
