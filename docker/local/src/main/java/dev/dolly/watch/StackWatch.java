package dev.dolly.watch;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** Watches a stack, whose parts may go away and come back. Not thread safe. */
public final class StackWatch implements AutoCloseable {
  private final WatchedStack stack;
  private final Clock clock;
  private final FlinkRest flink;
  private Optional<TopicsWatch> topics = Optional.empty();

  public StackWatch(WatchedStack stack, Clock clock) {
    this.stack = stack;
    this.clock = clock;
    this.flink = new FlinkRest(stack.flink());
  }

  /** What there is now; a part that does not answer is left out. */
  public StackView look() throws InterruptedException {
    return new StackView(clock.instant(), job(), topics());
  }

  private Optional<JobView> job() throws InterruptedException {
    try {
      Optional<FlinkRest.Job> found = flink.job(stack.job());
      if (found.isEmpty()) {
        return Optional.empty();
      }
      FlinkRest.Job job = found.get();
      FlinkRest.Checkpoints checkpoints = flink.checkpoints(job.id());
      return Optional.of(
          new JobView(
              job.state(),
              job.startedAt(),
              flink.restarts(job.id()),
              checkpoints.completed(),
              checkpoints.failed(),
              checkpoints.recent().stream().findFirst(),
              flink.metrics(job.id(), stack.operator())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<TopicsView> topics() throws InterruptedException {
    try {
      if (topics.isEmpty()) {
        topics = Optional.of(new TopicsWatch(stack));
      }
      return Optional.of(topics.get().look());
    } catch (KafkaException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    topics.ifPresent(TopicsWatch::close);
  }
}
