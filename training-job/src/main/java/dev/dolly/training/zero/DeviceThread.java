package dev.dolly.training.zero;

import dev.dolly.engine.torch.PassingThread;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The one thread that works for a device, for as long as this is open. */
final class DeviceThread implements AutoCloseable {
  private final ExecutorService executor;
  private Thread thread; // made at the first task

  DeviceThread(int rank) {
    executor =
        Executors.newSingleThreadExecutor(work -> thread = new Thread(work, "dolly-train-" + rank));
    executor.submit(() -> {});
  }

  <T> Future<T> submit(Callable<T> work) {
    return executor.submit(work);
  }

  /** What was submitted still runs; returns after the thread's end. */
  @Override
  public void close() {
    executor.shutdown();
    PassingThread.awaitEnd(thread);
  }
}
