package dev.dolly.schemas.prompt;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A raw record's headers, which become the prompt's metadata as far as they are text. */
public final class HeaderTexts {
  /** Bytes of headers that a dead letter carries: beside the largest payload there is room. */
  private static final int KEPT_BYTES = 16 * 1024;

  private HeaderTexts() {}

  /**
   * By name those whose values are UTF-8 without NUL; of headers with one name the last counts, as
   * for every reader.
   */
  public static Map<String, String> of(Headers headers) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Header header : headers) {
      if (header.value() != null) {
        try {
          ByteBuffer value = ByteBuffer.wrap(header.value());
          String text = StandardCharsets.UTF_8.newDecoder().decode(value).toString();
          if (text.indexOf('\0') < 0) {
            texts.put(header.key(), text);
          }
        } catch (CharacterCodingException e) {
          continue; // no text
        }
      }
    }
    return texts;
  }

  /** Those that a dead letter carries: the first ones, up to 16 KiB of names and texts. */
  public static Headers kept(Headers headers) {
    Headers kept = new RecordHeaders();
    int bytes = 0;
    for (Map.Entry<String, String> text : of(headers).entrySet()) {
      byte[] value = text.getValue().getBytes(StandardCharsets.UTF_8);
      bytes += text.getKey().getBytes(StandardCharsets.UTF_8).length + value.length;
      if (bytes > KEPT_BYTES) {
        break;
      }
      kept.add(text.getKey(), value);
    }
    return kept;
  }
}
