package dev.dolly.engine.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.JsonFile;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A byte-level BPE tokenizer (GPT-2, GPT-J, GPT-NeoX) from a {@code tokenizer.json}.
 *
 * <p>Encoding is Hugging Face's own library, in two forms: {@link #encode} recognises special
 * tokens in the text, {@link #encodePlain} does not and is for what users write. Nothing is ever
 * truncated, padded or added. Decoding is done here from the vocabulary, byte by byte, so that an
 * answer can grow by a token without being decoded anew; the result is the library's.
 *
 * <p>Thread safe. Holds native memory: {@link #close()} after the last use by any thread.
 */
public final class Tokenizer implements AutoCloseable {
  private static final Map<String, String> AS_IS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  /** More than ordinary text has, so that one look tells whether it is too long. */
  private static final int CHARACTERS_A_TOKEN = 8;

  /** Ten times the largest vocabulary in use: a table of this size is no danger. */
  private static final int MAX_IDS = 4_000_000;

  private final HuggingFaceTokenizer full;
  private final HuggingFaceTokenizer plain;
  private final byte[][] bytes;
  private final Map<String, Integer> specialIds;
  private final BitSet special;
  private final Set<Integer> eosIds;
  private final OptionalInt bosId;
  private final boolean cuttable;

  private Tokenizer(Path file, ObjectNode spec, Collection<Integer> otherwiseEos) {
    requireByteLevel(file, spec);
    this.bytes = vocabulary(file, spec);
    this.specialIds = new HashMap<>();
    this.special = new BitSet();
    for (JsonNode token : spec.path("added_tokens")) {
      if (token.path("special").asBoolean()) {
        specialIds.put(token.path("content").asText(), token.path("id").asInt());
        special.set(token.path("id").asInt());
      }
    }
    OptionalInt eos = named(file, "eos_token");
    this.eosIds = eos.isPresent() ? Set.of(eos.getAsInt()) : Set.copyOf(otherwiseEos);
    this.bosId = named(file, "bos_token");
    this.cuttable = CutPoints.existFor(spec);
    this.full = create(file, spec);
    try {
      this.plain = create(file, withoutSpecialTokens(spec));
    } catch (RuntimeException e) {
      full.close();
      throw e;
    }
  }

  /**
   * The tokenizer of a model.
   *
   * @throws ModelFormatException when {@code tokenizer.json} is missing, broken or of another kind
   */
  public static Tokenizer load(ModelDirectory model) {
    return load(model.tokenizerFile(), model.config().eosTokenIds());
  }

  /**
   * A tokenizer from its file. The begin and end tokens' names are looked for beside it, in {@code
   * tokenizer_config.json} and then {@code special_tokens_map.json}.
   *
   * @param otherwiseEos ids that end a text where neither file names one
   * @throws ModelFormatException when the file is missing, broken or of another kind
   */
  public static Tokenizer load(Path file, Collection<Integer> otherwiseEos) {
    return new Tokenizer(file, JsonFile.readObject(file), otherwiseEos);
  }

  private static void requireByteLevel(Path file, ObjectNode spec) {
    String model = spec.path("model").path("type").asText("none");
    String decoder = spec.path("decoder").path("type").asText("none");
    if (!model.equals("BPE") || !decoder.equals("ByteLevel")) {
      throw new ModelFormatException(
          file,
          "is a tokenizer of model "
              + model
              + " and decoder "
              + decoder
              + "; supported: BPE with ByteLevel");
    }
  }

  /** The bytes of each id; null where no token has it. An added token wins over the vocabulary. */
  private static byte[][] vocabulary(Path file, ObjectNode spec) {
    List<byte[]> table = new ArrayList<>();
    spec.path("model")
        .path("vocab")
        .properties()
        .forEach(entry -> place(file, table, entry.getValue().asInt(), entry.getKey()));
    for (JsonNode token : spec.path("added_tokens")) {
      place(file, table, token.path("id").asInt(), token.path("content").asText());
    }
    return table.toArray(byte[][]::new);
  }

  private static void place(Path file, List<byte[]> table, int id, String token) {
    if (id < 0 || id >= MAX_IDS) {
      throw new ModelFormatException(file, "gives a token an id out of range: " + id);
    }
    while (table.size() <= id) {
      table.add(null);
    }
    table.set(id, ByteLevel.bytes(token));
  }

  /**
   * The same tokenizer without the tokens marked special. The other added tokens (runs of spaces)
   * also enter the vocabulary: the library numbers an added token that is not in the vocabulary by
   * its place in the list, and the list has just become shorter.
   */
  private static ObjectNode withoutSpecialTokens(ObjectNode spec) {
    ObjectNode copy = spec.deepCopy();
    ObjectNode vocabulary = (ObjectNode) copy.path("model").path("vocab");
    ArrayNode kept = copy.putArray("added_tokens");
    for (JsonNode token : spec.path("added_tokens")) {
      if (!token.path("special").asBoolean()) {
        kept.add(token);
        vocabulary.put(token.path("content").asText(), token.path("id").asInt());
      }
    }
    return copy;
  }

  private static HuggingFaceTokenizer create(Path file, ObjectNode spec) {
    byte[] json = spec.toString().getBytes(StandardCharsets.UTF_8);
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), AS_IS);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory does not fail", e);
    } catch (RuntimeException e) {
      throw new ModelFormatException(
          file, "is refused by the tokenizers library: " + e.getMessage(), e);
    }
  }

  /** The id of the token that has this role, by the files beside the tokenizer. */
  private OptionalInt named(Path tokenizerFile, String role) {
    for (String name : new String[] {"tokenizer_config.json", "special_tokens_map.json"}) {
      Path file = tokenizerFile.resolveSibling(name);
      if (Files.isRegularFile(file)) {
        JsonNode node = JsonFile.readObject(file).path(role);
        String token = node.isObject() ? node.path("content").asText() : node.asText("");
        Integer id = specialIds.get(token);
        if (id != null) {
          return OptionalInt.of(id);
        }
      }
    }
    return OptionalInt.empty();
  }

  /** Ids of a text in which special tokens are recognised, as Hugging Face encodes by default. */
  public int[] encode(String text) {
    return encode(full, text);
  }

  /** Ids of a text that is only text: no special token can come out of it. */
  public int[] encodePlain(String text) {
    return encode(plain, text);
  }

  /**
   * The same in bounded time, for whoever wants to know no more than that a text is too long: the
   * library takes seconds for a megabyte.
   *
   * @param enough at least 1
   * @return all ids; or only the first ones, {@code enough} at least, where there are more
   */
  public int[] encodePlain(String text, int enough) {
    long length = (long) CHARACTERS_A_TOKEN * enough;
    while (cuttable && length < text.length()) {
      String beginning = text.substring(0, CutPoints.atOrAfter(text, (int) length));
      int[] ids = encodePlain(beginning);
      if (ids.length >= enough || beginning.length() == text.length()) {
        return ids;
      }
      length *= 4; // runs of spaces or dots: few tokens
    }
    return encodePlain(text);
  }

  private static int[] encode(HuggingFaceTokenizer tokenizer, String text) {
    return LongStream.of(tokenizer.encode(text, false, false).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  /**
   * The text of these ids: no clean-up of spaces, each maximal invalid stretch of bytes one U+FFFD.
   * Ids that no token has are left out.
   */
  public String decode(int[] ids, boolean skipSpecial) {
    Utf8Stream stream = new Utf8Stream();
    for (int id : ids) {
      if (!skipSpecial || !isSpecial(id)) {
        stream.feed(bytes(id));
      }
    }
    return stream.text() + stream.tail();
  }

  /** The bytes a token adds to a text; none where no token has this id. Not to be changed. */
  byte[] bytes(int id) {
    byte[] known = id >= 0 && id < bytes.length ? bytes[id] : null;
    return known == null ? new byte[0] : known;
  }

  /** Whether the id is a special added token: control, end, padding. */
  public boolean isSpecial(int id) {
    return id >= 0 && special.get(id);
  }

  /** The id of a special added token by its exact text. */
  public OptionalInt specialId(String token) {
    Integer id = specialIds.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The ids that end a text: the tokenizer's own, else the configuration's; may be empty. */
  public Set<Integer> eosIds() {
    return eosIds;
  }

  /** What stands before a text that begins with nothing: the begin token, else the end token. */
  public OptionalInt prefixId() {
    return bosId.isPresent()
        ? bosId
        : eosIds.stream().mapToInt(Integer::intValue).sorted().findFirst();
  }

  /** One more than the largest id: a model needs at least as many rows. */
  public int size() {
    return bytes.length;
  }

  @Override
  public void close() {
    full.close();
    plain.close();
  }
}
