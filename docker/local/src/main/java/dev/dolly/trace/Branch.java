package dev.dolly.trace;

import java.util.ArrayList;
import java.util.List;

/**
 * A tree for people.
 *
 * @param lines its own, at least one
 */
record Branch(List<String> lines, List<Branch> children) {
  Branch(String... lines) {
    this(List.of(lines), new ArrayList<>());
  }

  Branch add(Branch child) {
    children.add(child);
    return this;
  }

  /** As lines, with the strokes that join them. */
  List<String> drawn() {
    List<String> all = new ArrayList<>();
    String stem = children.isEmpty() ? "  " : "│ ";
    all.add(lines.get(0));
    lines.stream().skip(1).forEach(line -> all.add(stem + line));
    for (int i = 0; i < children.size(); i++) {
      boolean last = i == children.size() - 1;
      List<String> child = children.get(i).drawn();
      all.add((last ? "└─ " : "├─ ") + child.get(0));
      child.stream().skip(1).forEach(line -> all.add((last ? "   " : "│  ") + line));
    }
    return all;
  }
}
