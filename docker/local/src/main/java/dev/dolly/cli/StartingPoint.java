package dev.dolly.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where reading a topic begins. */
sealed interface StartingPoint {
  /** At the oldest record there is. */
  record Earliest() implements StartingPoint {}

  /** Behind the newest record there is. */
  record Latest() implements StartingPoint {}

  /** At the first record of that time or later, epoch milliseconds. */
  record At(long millis) implements StartingPoint {}

  /** Reads {@code earliest}, {@code latest}, epoch milliseconds or an ISO 8601 instant. */
  final class Converter implements ITypeConverter<StartingPoint> {
    @Override
    public StartingPoint convert(String text) {
      if (text.equals("earliest")) {
        return new Earliest();
      }
      if (text.equals("latest")) {
        return new Latest();
      }
      try {
        return new At(
            text.matches("\\d{1,18}") ? Long.parseLong(text) : Instant.parse(text).toEpochMilli());
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'"
                + text
                + "' is not earliest, latest, epoch milliseconds or a time such as"
                + " 2026-01-31T12:00:00Z");
      }
    }
  }
}
