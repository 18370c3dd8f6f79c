package dev.dolly.local;

import dev.dolly.inference.InferenceJob;
import dev.dolly.local.child.ParentLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main class of the jobs' process. */
public final class JobsChild {
  // Made before any part starts: slf4j says so on standard error when threads race to begin it.
  private static final Logger LOG = LoggerFactory.getLogger(JobsChild.class);

  private JobsChild() {}

  public static void main(String[] arguments) {
    ParentLink parent = ParentLink.open(Thread.currentThread()::interrupt);
    LOG.info("starting as process {}", ProcessHandle.current().pid());
    int code = 1;
    try (Jobs jobs =
        Jobs.start(JobsSettings.of(parent.settings()), InferenceJob::build, parent::progress)) {
      parent.ready();
      jobs.awaitFailure();
    } catch (InterruptedException e) {
      code = 0; // told to stop, and everything is in order
    } catch (RuntimeException e) {
      LOG.error("The jobs have failed for good", e);
      parent.failed(e instanceof StackException ? e.getMessage() : e.toString());
    }
    System.exit(code);
  }
}
