package dev.dolly.engine.model;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;

/**
 * A tensor's bytes, mapped for as long as this is open.
 *
 * <p>Mapped rather than read into a buffer of our own: no copy, no second limit to configure
 * ({@code -XX:MaxDirectMemorySize} counts buffers but not mappings), and the pages belong to the
 * page cache. The price is that they count as resident until they are unmapped, which the garbage
 * collector does some day; so {@link #close()} does it at once.
 *
 * <p>A use of the buffer, or of a native tensor made over it, after {@link #close()} crashes the
 * process; so does a file that somebody truncates meanwhile. Owned by one thread.
 */
public final class MappedTensor implements AutoCloseable {
  private final MappedByteBuffer mapping;
  private boolean open = true;

  private MappedTensor(MappedByteBuffer mapping) {
    this.mapping = mapping;
  }

  static MappedTensor map(StoredTensor tensor) {
    if (tensor.byteLength() > Integer.MAX_VALUE) {
      throw new ModelFormatException(
          tensor.file(),
          "tensor "
              + tensor.name()
              + " has "
              + tensor.byteLength()
              + " bytes, more than can be mapped at once; take it in rows");
    }
    try (FileChannel channel = FileChannel.open(tensor.file())) {
      if (channel.size() < tensor.offset() + tensor.byteLength()) {
        throw new ModelFormatException(
            tensor.file(), "is shorter than when it was opened; was it replaced? load it again");
      }
      return new MappedTensor(channel.map(MapMode.READ_ONLY, tensor.offset(), tensor.byteLength()));
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(tensor.file(), "is gone since the directory was opened", e);
    } catch (IOException e) {
      throw ModelFormatException.unreadable(tensor.file(), e);
    }
  }

  /** The elements from first to last: direct, read-only, little-endian. A new view each time. */
  public ByteBuffer buffer() {
    if (!open) {
      throw new IllegalStateException("the tensor has been unmapped");
    }
    return mapping.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Unmaps. A second call does nothing. */
  @Override
  public void close() {
    if (open) {
      open = false;
      Unmapping.unmap(mapping);
    }
  }

  /**
   * The JDK's one supported way to unmap before Java 22's arenas: {@code jdk.unsupported} exports
   * it. By reflection, since the compiler's warning about naming the class cannot be suppressed.
   */
  private static final class Unmapping {
    private static final Object UNSAFE;
    private static final Method INVOKE_CLEANER;

    static {
      try {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field instance = unsafe.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        UNSAFE = instance.get(null);
        INVOKE_CLEANER = unsafe.getMethod("invokeCleaner", ByteBuffer.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    static void unmap(MappedByteBuffer mapping) {
      try {
        INVOKE_CLEANER.invoke(UNSAFE, mapping);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("cannot unmap a file", e);
      }
    }
  }
}
