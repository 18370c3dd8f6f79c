package dev.dolly.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.plugin.PluginUtils;

/**
 * Files of Flink's file systems: their plugins come from {@code FLINK_PLUGINS_DIR}, their settings
 * from {@code FLINK_CONF_DIR}, as Flink's own scripts have it. They are looked for once, when the
 * first such file is opened.
 */
final class RemoteFiles {
  static {
    Configuration settings = GlobalConfiguration.loadConfiguration();
    FileSystem.initialize(settings, PluginUtils.createPluginManagerFromRootFolder(settings));
  }

  private RemoteFiles() {}

  static InputStream open(URI file) throws IOException {
    return FileSystem.get(file).open(new Path(file));
  }
}
