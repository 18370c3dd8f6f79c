package dev.dolly.cli;

import dev.dolly.local.DataDirectory;
import dev.dolly.local.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a command works that keeps nothing of a run that went well. */
final class WorkingDirectory {
  private WorkingDirectory() {}

  /**
   * A directory that nobody else has.
   *
   * @param given by the user, and not there yet; null: a new one beside the script
   * @param prefix of the new one's name
   */
  static DataDirectory make(Path given, String prefix) {
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

  /** Removes it with all it holds, or says that it could not. */
  static void remove(DataDirectory directory, Terminal terminal) {
    if (!Directories.deleteIfPossible(directory.root())) {
      terminal.progress("Not all of " + directory.root() + " could be removed.");
    }
  }

  /** Where a stand-in for a model is made: beside the script, so that it is made once. */
  static Path models(Path given, DataDirectory directory) {
    Home home = Home.system();
    return given == null || Files.isWritable(home.folder()) ? home.models() : directory.models();
  }
}
