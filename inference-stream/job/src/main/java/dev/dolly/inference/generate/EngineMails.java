package dev.dolly.inference.generate;

import dev.dolly.engine.batch.BatchListener;
import dev.dolly.engine.batch.Step;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Announces the engine's progress to the task by a mail, at most one at a time. Never waits. */
final class EngineMails implements BatchListener {
  private final Executor mails;
  private final Runnable drain;
  private final Consumer<Step> steps;
  private final AtomicBoolean mailed = new AtomicBoolean();

  /**
   * @param drain is run on the task's thread
   * @param steps hears of each on the engine's
   */
  EngineMails(Executor mails, Runnable drain, Consumer<Step> steps) {
    this.mails = mails;
    this.drain = drain;
    this.steps = steps;
  }

  @Override
  public void progressed() {
    if (mailed.compareAndSet(false, true)) {
      mails.execute(
          () -> {
            mailed.set(false); // first: what changes from here on gets a mail of its own
            drain.run();
          });
    }
  }

  @Override
  public void stepped(Step step) {
    steps.accept(step);
  }
}
