package dev.dolly.local.registry;

import java.io.IOException;
import java.io.InputStream;
import java.util.Timer;
import java.util.TimerTask;

/**
 * The main class of the registry's process: the registry's own main, ended with the parent process.
 *
 * <p>The parent holds the other end of standard input and never writes to it. However the parent
 * ends, also by kill -9, the operating system closes that end, and this process follows. So no
 * registry outlives its stack, without any tool of the operating system.
 */
public final class RegistryChild {
  private static final String REGISTRY_MAIN = "io.quarkus.runner.GeneratedMain";

  /** How long the registry may take to close its database in order. */
  private static final long GRACE_MILLIS = 3000;

  private RegistryChild() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    Thread parent = new Thread(() -> endWith(System.in), "parent");
    parent.setDaemon(true);
    parent.start();
    Class.forName(REGISTRY_MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
  }

  private static void endWith(InputStream parent) {
    try {
      while (parent.read() >= 0) {
        // Whatever comes means only that the parent lives.
      }
    } catch (IOException e) {
      // A broken pipe says the same as its end.
    }
    new Timer("grace", true)
        .schedule(
            new TimerTask() {
              @Override
              public void run() {
                Runtime.getRuntime().halt(1);
              }
            },
            GRACE_MILLIS);
    System.exit(0);
  }
}
