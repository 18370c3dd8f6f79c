package dev.dolly.training.recipe;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.training.recipe.bpe.TokenizerRecipe;
import dev.dolly.training.recipe.task.Category;
import dev.dolly.training.recipe.task.Generator;
import dev.dolly.training.recipe.task.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What training by a recipe begins from, made from its seeds: the same files on every machine.
 *
 * @param data records in databricks-dolly-15k's form, a JSON object a line
 * @param base the model directory before the first step: configuration and tokenizer, no weights
 */
public record RecipeFiles(Path data, Path base) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Makes them in a directory, which is made where it is not there. */
  public static RecipeFiles make(Recipe recipe, Path directory) throws IOException {
    RecipeFiles files =
        new RecipeFiles(directory.resolve("train.jsonl"), directory.resolve("base"));
    Files.createDirectories(files.base());
    Generator generator = Generator.load();
    Map<Category, Double> shares = recipe.data().shares();
    Stream<Instance> instances =
        IntStream.range(0, recipe.data().examples())
            .mapToObj(number -> generator.draw(recipe.data().seed(), number, shares));
    try (Writer out = Files.newBufferedWriter(files.data())) {
      instances.forEach(instance -> write(out, instance));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Stream<String> corpus =
        IntStream.range(0, Math.min(recipe.tokenizer().corpus(), recipe.data().examples()))
            .mapToObj(number -> generator.draw(recipe.data().seed(), number, shares))
            .flatMap(RecipeFiles::texts);
    TokenizerRecipe tokenizer = TokenizerRecipe.train(corpus, recipe.tokenizer().entries());
    tokenizer.write(files.base());
    ObjectNode config = recipe.model().deepCopy();
    config.put("vocab_size", tokenizer.size());
    Files.write(
        files.base().resolve(ModelDirectory.CONFIG),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
    return files;
  }

  private static void write(Writer out, Instance instance) {
    ObjectNode record = JSON.createObjectNode();
    record.put("instruction", instance.instruction());
    record.put("context", instance.context());
    record.put("response", instance.response());
    record.put("category", instance.category().label());
    try {
      out.write(JSON.writeValueAsString(record));
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The stretches of a record's prompt and answer that lie between control tokens. */
  private static Stream<String> texts(Instance instance) {
    String body = "\n" + instance.instruction() + "\n\n";
    if (!instance.context().isEmpty()) {
      body += PromptFormat.INPUT + "\n" + instance.context() + "\n\n";
    }
    return Stream.of(body, instance.response() + "\n\n");
  }
}
