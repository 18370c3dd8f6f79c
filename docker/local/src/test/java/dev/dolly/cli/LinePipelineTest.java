package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.cli.LinePipeline.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LinePipelineTest {
  /** Where nobody reads any more, as behind {@code | head -1}. */
  static final PrintStream CLOSED =
      new PrintStream(
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new IOException("nobody reads");
            }
          },
          false,
          StandardCharsets.UTF_8);

  @Test
  void nothingIsBegunOnceItHasReturned() throws Exception {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return '\n';
          }
        };
    AtomicBoolean returned = new AtomicBoolean();
    AtomicBoolean late = new AtomicBoolean();
    AtomicReference<Thread> reader = new AtomicReference<>();
    new LinePipeline(new Terminal(endless, CLOSED, System.err, false), 2)
        .run(
            (number, line) -> {
              reader.set(Thread.currentThread());
              late.compareAndSet(false, returned.get());
              return CompletableFuture.completedFuture(new Result("", true));
            });
    returned.set(true);
    reader.get().join();
    assertThat(late).isFalse();
  }
}
