package dev.dolly.engine.torch;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The C library's heap. It keeps what was freed for the next allocation, which is what a decode
 * step wants, whose tensors come again and again; but after a model is loaded, what it needed for a
 * moment would stay resident for good, more than the weights themselves.
 */
public final class NativeHeap {
  private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);

  private NativeHeap() {}

  /** Gives free pages back to the system; does nothing where the JVM knows no way to. */
  public static void trim() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "systemTrimNativeHeap",
              null,
              null);
    } catch (JMException e) {
      LOG.debug("the native heap is not trimmed", e);
    }
  }
}
