package dev.dolly.inference;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Shows what it was set to. Thread safe. */
public final class SettableClock extends Clock {
  private final AtomicLong millis;
  private final ZoneId zone;

  public SettableClock(long millis) {
    this(new AtomicLong(millis), ZoneOffset.UTC);
  }

  private SettableClock(AtomicLong millis, ZoneId zone) {
    this.millis = millis;
    this.zone = zone;
  }

  public void set(long epochMillis) {
    millis.set(epochMillis);
  }

  public void advance(Duration time) {
    millis.addAndGet(time.toMillis());
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new SettableClock(millis, other);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }
}
