package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.Manifest;
import dev.dolly.json.Json;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.options.InvalidOptionsException;
import dev.dolly.training.options.TrainingOption;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.recipe.Recipe;
import dev.dolly.training.recipe.RecipeFiles;
import dev.dolly.training.run.FileTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly train}. */
@Command(
    name = "train",
    description = {
      "Fine-tunes a model on a dataset topic of the running stack (or of --bootstrap and --registry)"
          + " as a Flink batch job, and announces each checkpoint there.",
      "With --data FILE it trains on a file: with no stack all alone, no Kafka.",
      "Prints the final model as one JSON object."
    })
final class TrainCommand implements Callable<Integer> {
  /** Ctrl-C, as shells report it. */
  private static final int STOPPED = 130;

  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description =
          "Make model and data by config/recipes/NAME.yaml and train with its options; those given"
              + " here win.")
  private String recipe;

  @Mixin private StackChoiceOptions cluster;

  private TrainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The command with every option that a run has. */
  static CommandLine commandLine(Terminal terminal) {
    CommandLine line = new CommandLine(new TrainCommand(terminal));
    for (TrainingOption option : TrainingOption.values()) {
      OptionSpec.Builder spec =
          OptionSpec.builder("--" + option.key())
              .description(
                  option.description()
                      + option
                          .otherwise()
                          .filter(text -> !option.isFlag())
                          .map(text -> " (default: " + text + ")")
                          .orElse(""));
      option
          .parameter()
          .ifPresentOrElse(
              label -> spec.type(String.class).paramLabel(label).arity("1"),
              () -> spec.type(boolean.class).arity("0"));
      line.getCommandSpec().addOption(spec.build());
    }
    return line;
  }

  @Override
  public Integer call() throws IOException {
    StopSignal stop = new StopSignal(terminal, STOPPED);
    try {
      return train(cluster.choice(), stop);
    } catch (InvalidOptionsException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    } catch (RuntimeException | InterruptedException e) {
      if (stop.received()) {
        terminal.progress("Stopped; --resume goes on from the newest checkpoint.");
        return STOPPED;
      }
      throw e instanceof RuntimeException r ? r : new CommandException("interrupted", e);
    } finally {
      stop.close();
    }
  }

  private int train(ClusterChoice choice, StopSignal stop)
      throws IOException, InterruptedException {
    Map<String, String> texts = given();
    boolean alone = texts.containsKey(TrainingOption.DATA.key()) && !choice.isThere();
    if (recipe != null) {
      alone = !choice.isThere();
      applyRecipe(texts, choice, alone);
    }
    TrainingOptions options = withModel(texts);
    if (alone) {
      requireAlone(options);
      new FileTraining(options).run(new TrainProgress(terminal), Set::of, stop::received);
    } else {
      new ClusterTraining(choice.cluster(), terminal).run(texts, stop::received);
    }
    terminal.result(Json.line(result(options)));
    return 0;
  }

  private Map<String, String> given() {
    Map<String, String> texts = new HashMap<>();
    CommandLine.ParseResult parsed = command.commandLine().getParseResult();
    for (TrainingOption option : TrainingOption.values()) {
      String name = "--" + option.key();
      if (parsed.hasMatchedOption(name)) {
        texts.put(option.key(), String.valueOf(parsed.<Object>matchedOptionValue(name, "")));
      }
    }
    return texts;
  }

  /** The recipe's files, its data where it can be read from, and its options under the user's. */
  private void applyRecipe(Map<String, String> texts, ClusterChoice choice, boolean alone)
      throws IOException {
    Recipe read = Recipe.read(Home.system().config("recipes/" + recipe + ".yaml"));
    String out = texts.get(TrainingOption.LOCAL_OUTPUT_DIR.key());
    if (out == null) {
      throw new ParameterException(
          command.commandLine(), "--local-output-dir is missing: where checkpoints go");
    }
    RecipeFiles files = RecipeFiles.make(read, Path.of(out, "recipe"));
    read.train().forEach(texts::putIfAbsent);
    texts.putIfAbsent(TrainingOption.INPUT_MODEL.key(), files.base().toString());
    texts.putIfAbsent(TrainingOption.MODEL_NAME.key(), read.name());
    if (alone) {
      texts.putIfAbsent(TrainingOption.DATA.key(), files.data().toString());
    } else if (!texts.containsKey(TrainingOption.DATA.key())
        && !texts.containsKey(TrainingOption.TOPIC.key())) {
      String topic = read.name() + "-data";
      texts.put(TrainingOption.TOPIC.key(), topic);
      terminal.progress("Loading " + files.data() + " onto " + topic + ".");
      new DatasetTopics(choice.cluster(), terminal)
          .load(NamedDataset.of(files.data(), read.name(), "Apache-2.0"), topic, false);
    }
  }

  /** The options, all of them sound, with the input model fetched where it is a hub's. */
  private TrainingOptions withModel(Map<String, String> texts) throws InterruptedException {
    TrainingOptions options = TrainingOptions.of(texts);
    if (Files.isDirectory(options.inputModel())) {
      return options;
    }
    String name = options.inputModel().toString();
    texts.put(
        TrainingOption.INPUT_MODEL.key(), new HubModel(terminal, name).directory().toString());
    return TrainingOptions.of(texts);
  }

  private static void requireAlone(TrainingOptions options) {
    if (options.promote()) {
      throw new InvalidOptionsException(
          List.of("promote announces a checkpoint to a stack, and none runs"));
    }
  }

  private static ObjectNode result(TrainingOptions options) {
    Path out = options.output().directory();
    Lineage lineage = Lineage.fromJson(Manifest.read(out).lineage());
    ObjectNode line =
        Json.object()
            .put("model", out.toString())
            .put("version", lineage.version())
            .put("steps", lineage.step())
            .put("train_loss", lineage.trainLoss());
    lineage.evalLoss().ifPresent(loss -> line.put("eval_loss", loss));
    return line;
  }
}
