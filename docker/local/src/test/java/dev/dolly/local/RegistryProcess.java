package dev.dolly.local;

import dev.dolly.local.process.ChildLauncher;
import dev.dolly.local.process.CrashReports;
import dev.dolly.local.process.Supervisor;

/** A stack's registry alone. */
public final class RegistryProcess {
  private RegistryProcess() {}

  /** Starts it; returns at once. */
  public static Supervisor start(StackSettings settings, Ports ports) {
    DataDirectory data = settings.data();
    Supervisor registry =
        new Supervisor(
            new PartCommands(settings, ports).of(Part.REGISTRY),
            new ChildLauncher(data.childrenLock(), data.logs(), new CrashReports(data.crashes())),
            Part.REGISTRY.grace(),
            new Supervisor.Listener() {
              @Override
              public void launched() {}

              @Override
              public void progress(String line) {}
            });
    registry.start();
    return registry;
  }
}
