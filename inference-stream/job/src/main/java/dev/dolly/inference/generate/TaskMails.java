package dev.dolly.inference.generate;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has things done on the task's thread, from any other, or never if the task closes. */
final class TaskMails implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(TaskMails.class);

  private final MailboxExecutor mailbox;

  TaskMails(MailboxExecutor mailbox) {
    this.mailbox = mailbox;
  }

  @Override
  public void execute(Runnable work) {
    try {
      mailbox.execute(work::run, "what the engine and its models did");
    } catch (RejectedExecutionException e) {
      LOG.debug("the task is closing; what happened since is in no checkpoint");
    }
  }
}
