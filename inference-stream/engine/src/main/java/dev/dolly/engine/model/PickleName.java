package dev.dolly.engine.model;

import dev.dolly.engine.model.PickleReader.PickledTensor;
import dev.dolly.engine.model.PickleReader.RefusedException;
import dev.dolly.engine.model.PickleReader.Storage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/** The names a pickle may mention: all that PyTorch writes for a dictionary of tensors. */
enum PickleName {
  ORDERED_DICT("collections.OrderedDict"),
  REBUILD_TENSOR("torch._utils._rebuild_tensor_v2"),
  REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
  FLOAT_STORAGE("torch.FloatStorage", "F32", 4),
  HALF_STORAGE("torch.HalfStorage", "F16", 2),
  BFLOAT16_STORAGE("torch.BFloat16Storage", "BF16", 2),
  DOUBLE_STORAGE("torch.DoubleStorage", "F64", 8),
  LONG_STORAGE("torch.LongStorage", "I64", 8),
  INT_STORAGE("torch.IntStorage", "I32", 4),
  SHORT_STORAGE("torch.ShortStorage", "I16", 2),
  CHAR_STORAGE("torch.CharStorage", "I8", 1),
  BYTE_STORAGE("torch.ByteStorage", "U8", 1),
  BOOL_STORAGE("torch.BoolStorage", "BOOL", 1);

  private final String qualifiedName;

  /** By safetensors' names; null where this is no storage. */
  private final String dtype;

  private final int elementBytes;

  PickleName(String qualifiedName) {
    this(qualifiedName, null, 0);
  }

  PickleName(String qualifiedName, String dtype, int elementBytes) {
    this.qualifiedName = qualifiedName;
    this.dtype = dtype;
    this.elementBytes = elementBytes;
  }

  static PickleName of(String module, String name) throws RefusedException {
    String qualified = module + "." + name;
    for (PickleName allowed : values()) {
      if (allowed.qualifiedName.equals(qualified)) {
        return allowed;
      }
    }
    throw new RefusedException(
        "its pickle asks for "
            + printable(qualified)
            + ", which is refused: only tensors are read from a pickle");
  }

  /** What the name, called with these arguments, builds. */
  Object apply(List<Object> arguments) throws RefusedException {
    return switch (this) {
      case ORDERED_DICT -> {
        if (!arguments.isEmpty() && !arguments.equals(List.of(List.of()))) {
          throw new RefusedException("its pickle fills a dictionary in an unknown way");
        }
        yield new LinkedHashMap<>();
      }
      case REBUILD_TENSOR ->
          // then follow requires_grad and hooks, of no use here
          tensor(
              (Storage) arguments.get(0),
              (Long) arguments.get(1),
              longs(arguments.get(2)),
              longs(arguments.get(3)));
      case REBUILD_PARAMETER -> (PickledTensor) arguments.get(0);
      default -> throw new RefusedException("its pickle calls " + qualifiedName);
    };
  }

  /** A storage by its persistent id: {@code ("storage", type, key, device, elements)}. */
  static Storage storage(List<Object> id) throws RefusedException {
    if (id.size() != 5 || !"storage".equals(id.get(0))) {
      throw new RefusedException("its pickle refers to something that is no storage");
    }
    PickleName type = (PickleName) id.get(1);
    long elements = (Long) id.get(4);
    if (type.dtype == null || elements < 0) {
      throw new RefusedException("its pickle refers to a storage of type " + type.qualifiedName);
    }
    return new Storage(type.dtype, type.elementBytes, (String) id.get(2), elements);
  }

  private static PickledTensor tensor(Storage storage, long offset, long[] size, long[] stride)
      throws RefusedException {
    if (size.length != stride.length || offset < 0) {
      throw new RefusedException("its pickle describes a tensor whose sizes and strides differ");
    }
    return new PickledTensor(storage, offset, size, stride);
  }

  private static long[] longs(Object tuple) {
    return ((List<?>) tuple).stream().mapToLong(v -> (Long) v).toArray();
  }

  /** A name out of a hostile file goes into logs and terminals: no control characters, not long. */
  private static String printable(String name) {
    String cut = name.length() > 100 ? name.substring(0, 100) + "…" : name;
    StringBuilder text = new StringBuilder();
    cut.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                text.append(String.format(Locale.ROOT, "\\x%02x", c));
              } else {
                text.appendCodePoint(c);
              }
            });
    return text.toString();
  }
}
