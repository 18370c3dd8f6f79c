package dev.dolly.ingest.dataset;

import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads a file on a thread of its own, a little ahead of whoever takes its entries: checking JSON
 * costs as much as writing records does.
 */
final class ReadAhead {
  private static final int BATCH = 200;
  private static final int BATCHES = 4;
  private static final List<DatasetEntry> END = List.of();

  private final BlockingQueue<List<DatasetEntry>> batches = new ArrayBlockingQueue<>(BATCHES);
  private List<DatasetEntry> batch = new ArrayList<>();

  private ReadAhead() {}

  /**
   * Hands over all entries in their order, on the caller's thread.
   *
   * @throws IOException when the file cannot be read; entries before that are handed over
   */
  static void read(DatasetInput file, Consumer<DatasetEntry> consumer) throws IOException {
    ReadAhead ahead = new ReadAhead();
    ExecutorService thread =
        Executors.newSingleThreadExecutor(work -> new Thread(work, "dataset-reader"));
    try {
      Future<?> reading = thread.submit(() -> ahead.fill(file));
      for (List<DatasetEntry> next = ahead.batches.take();
          next != END;
          next = ahead.batches.take()) {
        next.forEach(consumer);
      }
      reading.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } finally {
      thread.shutdownNow();
    }
  }

  private Void fill(DatasetInput file) throws IOException, InterruptedException {
    try (InputStream in = file.open()) {
      DatasetFile.read(file.name(), in, this::add);
    } finally {
      put();
      batches.put(END);
    }
    return null;
  }

  private void add(DatasetEntry entry) {
    batch.add(entry);
    if (batch.size() == BATCH) {
      try {
        put();
      } catch (InterruptedException e) {
        throw new InterruptException(e); // nobody takes them any more
      }
    }
  }

  private void put() throws InterruptedException {
    if (!batch.isEmpty()) {
      batches.put(batch);
      batch = new ArrayList<>(BATCH);
    }
  }
}
