package dev.dolly.hub;

import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Brings a model from a hub: of its repository what a model directory needs, and nothing where the
 * engine could not run it.
 */
public final class ModelPull {
  private static final Set<String> BESIDE_WEIGHTS =
      Set.of(
          ModelDirectory.CONFIG,
          ModelDirectory.TOKENIZER,
          "generation_config.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt");

  private final Hub hub;
  private final PullListener listener;

  public ModelPull(Hub hub, PullListener listener) {
    this.hub = hub;
    this.listener = listener;
  }

  /**
   * Makes the model's directory; one that is there and holds this model already stays as it is.
   *
   * @return the commit that it is of
   * @throws HubException when the model cannot be had, or the directory holds something else
   * @throws ModelFormatException when the engine cannot run it; nothing is kept then
   */
  public String into(Path directory, Repo repo) throws InterruptedException {
    Snapshot all = hub.list(repo);
    Snapshot needed = all.with(needed(all.files()));
    if (Files.exists(directory)) {
      needed.requireAt(directory);
      return all.commit();
    }
    try (StagedDirectory staged = StagedDirectory.open(hub, directory)) {
      fetch(needed, staged);
      staged.commit();
    }
    return all.commit();
  }

  /** Whether a directory is none in which a model is coming. */
  public static boolean isWhole(Path directory) {
    return !StagedDirectory.isStaging(directory);
  }

  private void fetch(Snapshot needed, StagedDirectory staged) throws InterruptedException {
    try {
      staged.fetch(needed.with(only(needed.files(), ModelDirectory.CONFIG::equals)), bytes -> {});
      ModelConfig.read(staged.path().resolve(ModelDirectory.CONFIG)); // before gigabytes come
      staged.fetch(needed, bytes -> listener.progressed(bytes, needed.knownBytes()));
      ModelDirectory.open(staged.path());
      if (Files.exists(staged.path().resolve(Manifest.FILE))) {
        Manifest manifest = Manifest.read(staged.path());
        manifest.verify(staged.path(), manifest.modelFiles());
      }
    } catch (ModelFormatException e) {
      staged.discard();
      throw e;
    }
  }

  /** As {@link ModelDirectory} looks for them; of a checkpoint of ours all that it names. */
  static List<HubFile> needed(List<HubFile> files) {
    Set<String> names = files.stream().map(HubFile::name).collect(Collectors.toSet());
    if (names.contains(Manifest.FILE)) {
      return only(files, name -> name.indexOf('/') < 0);
    }
    Predicate<String> weights = weights(names);
    return only(files, name -> BESIDE_WEIGHTS.contains(name) || weights.test(name));
  }

  private static Predicate<String> weights(Set<String> names) {
    if (names.contains(ModelDirectory.SAFETENSORS)) {
      return ModelDirectory.SAFETENSORS::equals;
    }
    if (names.contains(ModelDirectory.SAFETENSORS_INDEX)) {
      return shards("model", "safetensors");
    }
    if (names.contains(ModelDirectory.PICKLE)) {
      return ModelDirectory.PICKLE::equals;
    }
    return shards("pytorch_model", "bin");
  }

  private static Predicate<String> shards(String name, String kind) {
    return Pattern.compile(name + "(-\\d+-of-\\d+\\." + kind + "|\\." + kind + "\\.index\\.json)")
        .asMatchPredicate();
  }

  private static List<HubFile> only(List<HubFile> files, Predicate<String> wanted) {
    return files.stream().filter(file -> wanted.test(file.name())).toList();
  }
}
