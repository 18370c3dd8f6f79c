package dev.dolly.cli;

import dev.dolly.client.StartingPoint;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code earliest}, {@code latest}, epoch milliseconds or an ISO 8601 instant. */
final class StartingPointConverter implements ITypeConverter<StartingPoint> {
  @Override
  public StartingPoint convert(String text) {
    if (text.equals("earliest")) {
      return new StartingPoint.Earliest();
    }
    if (text.equals("latest")) {
      return new StartingPoint.Latest();
    }
    try {
      return new StartingPoint.At(
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
