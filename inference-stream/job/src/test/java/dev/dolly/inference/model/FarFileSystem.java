package dev.dolly.inference.model;

import java.net.URI;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** Local files that count as lying elsewhere: {@code far:///path}. */
public final class FarFileSystem extends LocalFileSystem {
  static final String SCHEME = "far";

  @Override
  public boolean isDistributedFS() {
    return true;
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  /** Found by Flink. */
  public static final class Factory implements FileSystemFactory {
    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
      return new FarFileSystem();
    }
  }
}
