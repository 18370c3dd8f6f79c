package dev.dolly.training.zero;

import dev.dolly.training.compute.Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** All devices with their threads: hands out work and waits for it. */
final class Crew implements AutoCloseable {
  private final List<DeviceThread> threads = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private Collectives collectives;

  Crew(Decoder decoder, TrainerSettings settings) {
    for (int i = 0; i < settings.devices(); i++) {
      threads.add(new DeviceThread(i));
    }
    try {
      List<Future<Worker>> made = new ArrayList<>();
      for (int i = 0; i < settings.devices(); i++) {
        int rank = i;
        made.add(
            threads
                .get(i)
                .submit(() -> new Worker(settings.device(rank), decoder, settings, rank)));
      }
      for (Future<Worker> worker : made) {
        workers.add(await(worker));
      }
      collectives = new LocalCollectives(workers.stream().map(Worker::script).toList());
      workers.forEach(worker -> worker.join(collectives, workers));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Work of one device. */
  interface Work<T> {
    T run(Worker worker, int rank) throws Exception;
  }

  /** Work of one device that gives nothing back. */
  interface Task {
    void run(Worker worker, int rank) throws Exception;
  }

  /** Work of one thread with all devices, which rest meanwhile. */
  interface Visit<T> {
    T run(List<Worker> workers) throws Exception;
  }

  /** All devices at once, each on its thread; what they found, by rank. */
  <T> List<T> map(Work<T> work) {
    List<Future<T>> running = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      int rank = i;
      running.add(
          threads
              .get(i)
              .submit(
                  () -> {
                    try {
                      return work.run(workers.get(rank), rank);
                    } catch (Exception | Error e) {
                      collectives.abort(); // the others must not wait for this one
                      throw e;
                    }
                  }));
    }
    return awaitAll(running);
  }

  void forEach(Task task) {
    map(
        (worker, rank) -> {
          task.run(worker, rank);
          return rank;
        });
  }

  /** On the first device's thread. */
  <T> T first(Visit<T> visit) {
    return await(threads.get(0).submit(() -> visit.run(workers)));
  }

  long persistentBytes() {
    return workers.get(0).shards().stream().mapToLong(Shard::bytes).sum();
  }

  long received() {
    return collectives.received(0);
  }

  int nativeTensors() {
    return workers.stream().mapToInt(Worker::nativeTensors).sum();
  }

  @Override
  public void close() {
    List<Future<Void>> closing = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      Worker worker = workers.get(i);
      Callable<Void> close =
          () -> {
            worker.close();
            return null;
          };
      closing.add(threads.get(i).submit(close));
    }
    awaitAll(closing);
    threads.forEach(DeviceThread::close);
  }

  /** Waits for all of them, whichever fails; the first failure counts, not those it caused. */
  private static <T> List<T> awaitAll(List<Future<T>> running) {
    List<T> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<T> each : running) {
      try {
        results.add(await(each));
      } catch (RuntimeException | Error e) {
        if (failure == null || failure instanceof CancellationException) {
          failure = e;
        }
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
    return results;
  }

  /** Waits through interruptions: native memory is in use until the work has ended. */
  private static <T> T await(Future<T> work) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
