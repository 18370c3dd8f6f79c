package dev.dolly.cli;

import dev.dolly.client.StartingPoint;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads {@code earliest}, {@code latest}, epoch milliseconds, an ISO 8601 instant or offsets as
 * {@code 0:120,3:40}.
 */
final class StartingPointConverter implements ITypeConverter<StartingPoint> {
  private static final Pattern OFFSETS =
      Pattern.compile("\\d{1,9}:\\d{1,18}(,\\d{1,9}:\\d{1,18})*");

  @Override
  public StartingPoint convert(String text) {
    if (text.equals("earliest")) {
      return new StartingPoint.Earliest();
    }
    if (text.equals("latest")) {
      return new StartingPoint.Latest();
    }
    if (OFFSETS.matcher(text).matches()) {
      return offsets(text);
    }
    try {
      return new StartingPoint.At(
          text.matches("\\d{1,18}") ? Long.parseLong(text) : Instant.parse(text).toEpochMilli());
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is not earliest, latest, epoch milliseconds, a time such as 2026-01-31T12:00:00Z"
              + " or offsets such as 0:120,3:40");
    }
  }

  private static StartingPoint offsets(String text) {
    Map<Integer, Long> offsets = new HashMap<>();
    for (String each : text.split(",")) {
      String[] parts = each.split(":");
      if (offsets.put(Integer.parseInt(parts[0]), Long.parseLong(parts[1])) != null) {
        throw new TypeConversionException("partition " + parts[0] + " is there twice");
      }
    }
    return new StartingPoint.Offsets(offsets);
  }
}
