package dev.dolly.local.child;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What parent and child say to each other. The child speaks first:
 *
 * <pre>
 * child, on its standard output        parent, on the child's standard input
 * LOCKED                               settings
 * PROGRESS text, any number of times
 * READY
 *                                      STOP, or the end of the stream: the parent is gone
 * FAILED text, and the process ends
 * </pre>
 *
 * <p>The child holds its lock before it gets its settings. So a child whose parent was killed at
 * any moment either holds the lock or never does anything.
 */
public final class ChildProtocol {
  /** The parent's word for an end in order. */
  public static final int STOP = 'S';

  private static final String PREFIX = "dolly: ";

  private ChildProtocol() {}

  /** What a child can say. */
  public enum Word {
    /** It holds the lock that says that it lives, and waits for its settings. */
    LOCKED,
    /** Something has come up. */
    PROGRESS,
    /** It does what it is there for. */
    READY,
    /** It ends, and another start would end in the same way. */
    FAILED
  }

  /**
   * A line from a child.
   *
   * @param text of one line, empty with words that need none
   */
  public record Said(Word word, String text) {
    public Said {
      text = text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /** As it goes over the line. */
    public String line() {
      return PREFIX + (word.name().toLowerCase(Locale.ROOT) + " " + text).strip();
    }

    /** What the line says; empty when it is not of this protocol. */
    public static Optional<Said> of(String line) {
      for (Word word : Word.values()) {
        String start = PREFIX + word.name().toLowerCase(Locale.ROOT);
        if (line.equals(start) || line.startsWith(start + " ")) {
          return Optional.of(new Said(word, line.substring(start.length())));
        }
      }
      return Optional.empty();
    }
  }

  /** Hands settings over. They may be secret, so they are neither arguments nor a file. */
  public static void writeSettings(DataOutputStream out, Map<String, String> settings)
      throws IOException {
    out.writeInt(settings.size());
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      out.writeUTF(setting.getKey());
      out.writeUTF(setting.getValue());
    }
    out.flush();
  }

  static Map<String, String> readSettings(DataInputStream in) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      settings.put(in.readUTF(), in.readUTF());
    }
    return settings;
  }
}
