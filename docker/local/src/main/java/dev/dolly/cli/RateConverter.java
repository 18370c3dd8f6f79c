package dev.dolly.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 50/s}, {@code 30/m}; a bare number is a second's. */
final class RateConverter implements ITypeConverter<Double> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(?:/(s|m))?");

  @Override
  public Double convert(String text) {
    Matcher matcher = FORM.matcher(text);
    double number = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 0;
    if (number <= 0) {
      throw new TypeConversionException("'" + text + "' is not a rate such as 50/s or 30/m");
    }
    return "m".equals(matcher.group(2)) ? number / 60 : number;
  }
}
