package dev.dolly.training.recipe.bpe;

import dev.dolly.engine.text.ByteLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Learns byte pair merges from counted pieces: again and again the most frequent pair of neighbours
 * becomes an entry; of pairs equally frequent the one whose ids are lower, as Hugging Face's {@code
 * tokenizers} decides. So the same pieces give the same merges there and here. One thread.
 */
final class BpeTrainer {
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final List<String> entries = new ArrayList<>();
  private final List<Merge> merges = new ArrayList<>();
  private final List<Word> words = new ArrayList<>();
  private final Map<Pair, Place> places = new HashMap<>();

  /** Two entries that become one, by their ids. */
  record Merge(int left, int right) {}

  private record Pair(int left, int right) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      return left != other.left
          ? Integer.compare(left, other.left)
          : Integer.compare(right, other.right);
    }
  }

  /** A piece as it is cut now. */
  private static final class Word {
    private final int count;
    private int[] symbols;

    Word(int count, int[] symbols) {
      this.count = count;
      this.symbols = symbols;
    }
  }

  /** How often a pair stands anywhere, and the words where it may. */
  private static final class Place {
    private long count;
    private final Set<Integer> words = new LinkedHashSet<>();
  }

  /**
   * @param first entries before the alphabet's: special tokens
   */
  BpeTrainer(List<String> first) {
    first.forEach(this::entry);
    ByteLevel.alphabet().forEach(this::entry);
  }

  private int entry(String token) {
    Integer known = ids.putIfAbsent(token, entries.size());
    if (known != null) {
      return known;
    }
    entries.add(token);
    return entries.size() - 1;
  }

  /**
   * Learns until there are so many entries, or nothing is left to merge.
   *
   * @param pieces in GPT-2's byte alphabet, with how often each is there
   */
  void train(Map<String, Integer> pieces, int size) {
    pieces.forEach(
        (piece, count) -> {
          Word word =
              new Word(count, piece.chars().map(c -> ids.get(String.valueOf((char) c))).toArray());
          words.add(word);
          count(words.size() - 1, 1);
        });
    while (entries.size() < size) {
      Pair best = best();
      if (best == null) {
        return;
      }
      merge(best);
    }
  }

  /** Adds a word's pairs to the counts, or takes them out. */
  private void count(int index, int sign) {
    Word word = words.get(index);
    for (int i = 0; i + 1 < word.symbols.length; i++) {
      Place place =
          places.computeIfAbsent(new Pair(word.symbols[i], word.symbols[i + 1]), p -> new Place());
      place.count += (long) sign * word.count;
      if (sign > 0) {
        place.words.add(index);
      }
    }
  }

  private Pair best() {
    Pair best = null;
    long most = 0;
    for (Map.Entry<Pair, Place> entry : places.entrySet()) {
      long count = entry.getValue().count;
      if (count > most || count == most && best != null && entry.getKey().compareTo(best) < 0) {
        best = entry.getKey();
        most = count;
      }
    }
    return best;
  }

  private void merge(Pair pair) {
    int merged = entry(entries.get(pair.left()) + entries.get(pair.right()));
    merges.add(new Merge(pair.left(), pair.right()));
    for (int index : List.copyOf(places.get(pair).words)) {
      count(index, -1);
      Word word = words.get(index);
      word.symbols = joined(word.symbols, pair, merged);
      count(index, 1);
    }
    places.remove(pair);
  }

  private static int[] joined(int[] symbols, Pair pair, int merged) {
    int[] joined = new int[symbols.length];
    int length = 0;
    for (int i = 0; i < symbols.length; i++) {
      boolean both =
          i + 1 < symbols.length && symbols[i] == pair.left() && symbols[i + 1] == pair.right();
      joined[length++] = both ? merged : symbols[i];
      i += both ? 1 : 0;
    }
    return Arrays.copyOf(joined, length);
  }

  /** All entries; an entry's index is its id. */
  List<String> entries() {
    return List.copyOf(entries);
  }

  /** In the order they were learned. */
  List<Merge> merges() {
    return List.copyOf(merges);
  }
}
