package dev.dolly.cli;

import dev.dolly.local.DataDirectory;
import dev.dolly.local.Directories;
import dev.dolly.local.LocalStack;
import dev.dolly.local.StackSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where a command runs a stack of its own: a directory that nobody else has, of which nothing is
 * left after a run that went well.
 *
 * @param given by the user, and not there yet; null: a new one beside the script
 * @param prefix of the new one's name
 */
record WorkingDirectory(Terminal terminal, Path given, String prefix) {
  /** Ctrl-C, as shells report it. */
  private static final int STOPPED = 130;

  /** What is done with a stack. */
  @FunctionalInterface
  interface Work {
    /** Throws whatever makes the directory worth keeping. */
    void on(LocalStack running, StackSettings settings) throws InterruptedException;
  }

  /**
   * Starts a stack, works on it and stops it.
   *
   * @param progress hears how the stack comes up and goes on, on any thread
   * @return the command's exit code
   */
  int run(StackOptions options, Consumer<String> progress, Work work) {
    StopSignal signal = new StopSignal(terminal, STOPPED);
    try {
      return run(make(), signal, options, progress, work);
    } finally {
      signal.close();
    }
  }

  private int run(
      DataDirectory directory,
      StopSignal signal,
      StackOptions options,
      Consumer<String> progress,
      Work work) {
    Logs.toDirectory(directory.logs());
    boolean started = false;
    try {
      // Any free ports: of two that start at once, each would find the usual ones free.
      StackSettings settings = options.settings(directory, StackSettings.PortChoice.FREE);
      started = true;
      try (LocalStack running = LocalStack.start(settings, progress)) {
        work.on(running, settings);
      }
      remove(directory);
      return 0;
    } catch (InterruptedException | RuntimeException e) {
      if (e instanceof InterruptedException || signal.received()) {
        remove(directory);
        return STOPPED;
      }
      if (started) {
        terminal.progress("What it worked in stays, with its logs: " + directory.root());
      } else {
        remove(directory);
      }
      throw (RuntimeException) e;
    }
  }

  private DataDirectory make() {
    if (given == null) {
      Path folder = Home.system().data();
      try {
        Files.createDirectories(folder);
        return new DataDirectory(Files.createTempDirectory(folder, prefix));
      } catch (IOException e) {
        throw new CommandException(
            "cannot work in " + folder + " (" + e + "); name another directory with --data", e);
      }
    }
    if (Files.exists(given)) {
      throw new CommandException(
          given
              + " exists, and this command removes what it works in; name a new directory with"
              + " --data");
    }
    return new DataDirectory(given);
  }

  private void remove(DataDirectory directory) {
    if (!Directories.deleteIfPossible(directory.root())) {
      terminal.progress("Not all of " + directory.root() + " could be removed.");
    }
  }
}
