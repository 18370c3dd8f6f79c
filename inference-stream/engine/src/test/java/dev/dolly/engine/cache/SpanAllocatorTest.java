package dev.dolly.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpanAllocatorTest {
  @Test
  void reusesWhatCameBackAndMergesNeighbours() {
    SpanAllocator spans = new SpanAllocator(10, 1);
    Span a = spans.reserve(4).orElseThrow();
    Span b = spans.reserve(4).orElseThrow();
    assertThat(spans.reserve(3)).isEmpty();
    spans.release(a);
    spans.release(b);
    assertThat(spans.reserve(10)).contains(new Span(0, 10));
  }

  @Test
  void refusesToTakeASpanBackTwice() {
    SpanAllocator spans = new SpanAllocator(10, 1);
    Span a = spans.reserve(4).orElseThrow();
    spans.release(a);
    assertThatThrownBy(() -> spans.release(a)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void spansBeginAndEndAtTheGrain() {
    SpanAllocator spans = new SpanAllocator(12, 4);
    assertThat(spans.reserve(1)).contains(new Span(0, 4));
    assertThat(spans.reserve(5)).contains(new Span(4, 8));
    assertThat(spans.used()).isEqualTo(12);
    assertThat(spans.reserve(1)).isEmpty();
    assertThatThrownBy(() -> new SpanAllocator(10, 4)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverHandsOutATokenTwice() {
    SpanAllocator spans = new SpanAllocator(200, 1);
    Random random = new Random(7);
    BitSet taken = new BitSet();
    List<Span> live = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      if (random.nextBoolean() && !live.isEmpty()) {
        Span span = live.remove(random.nextInt(live.size()));
        taken.clear(span.base(), span.base() + span.capacity());
        spans.release(span);
      } else {
        Optional<Span> span = spans.reserve(1 + random.nextInt(40));
        span.ifPresent(
            s -> {
              assertThat(taken.get(s.base(), s.base() + s.capacity()).isEmpty()).isTrue();
              assertThat(s.base() + s.capacity()).isLessThanOrEqualTo(200);
              taken.set(s.base(), s.base() + s.capacity());
              live.add(s);
            });
      }
      assertThat(spans.used()).isEqualTo(taken.cardinality());
    }
    live.forEach(spans::release);
    assertThat(spans.reserve(200)).isPresent();
  }
}
