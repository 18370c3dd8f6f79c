package dev.dolly.engine.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickle inside a PyTorch file, and can build tensors and plain values, nothing else.
 *
 * <p>A pickle is a program: it may name any function of Python and call it. Here names are looked
 * up in {@link PickleName}, a closed list; every other is refused by name before anything happens.
 * No class is loaded and nothing is called by reflection. Opcodes are those that PyTorch's own
 * writer uses in protocols 2 to 5.
 *
 * <p>Values: {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@code null}, {@code
 * List} (lists and tuples), {@code Map} (dictionaries) and {@link PickledTensor}.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">the opcodes</a>
 */
final class PickleReader {
  /** Stands on the stack where a variable number of operands begins. */
  private static final Object MARK = new Object();

  /** A storage: elements in an archive entry of their own. */
  record Storage(String dtype, int elementBytes, String key, long elements) {}

  /** A view into a storage, in elements. */
  record PickledTensor(Storage storage, long offset, long[] size, long[] stride) {}

  /** The pickle is refused or broken; the message says why. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  private final ByteBuffer in;
  private final Deque<Object> stack = new ArrayDeque<>();
  private final Map<Long, Object> memo = new HashMap<>();

  private PickleReader(byte[] pickle) {
    this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The value the pickle describes. */
  static Object read(byte[] pickle) throws RefusedException {
    try {
      return new PickleReader(pickle).run();
    } catch (BufferUnderflowException e) {
      throw new RefusedException("its pickle ends too early");
    } catch (ClassCastException
        | ArithmeticException
        | IndexOutOfBoundsException
        | NullPointerException e) {
      throw new RefusedException("its pickle makes no sense: an operation on the wrong values");
    }
  }

  /** Null cannot stand in a deque. */
  private static final Object NONE = new Object();

  private void push(Object value) {
    stack.push(value == null ? NONE : value);
  }

  private Object pop() throws RefusedException {
    Object value = stack.poll();
    if (value == null || value == MARK) {
      throw new RefusedException("its pickle takes an operand that is not there");
    }
    return value == NONE ? null : value;
  }

  private Object top() throws RefusedException {
    Object value = pop();
    push(value);
    return value;
  }

  /** The operands above the last mark, in order. */
  private List<Object> popMarked() throws RefusedException {
    List<Object> values = new ArrayList<>();
    for (Object value = stack.poll(); value != MARK; value = stack.poll()) {
      if (value == null) {
        throw new RefusedException("its pickle takes operands where no mark is");
      }
      values.add(value == NONE ? null : value);
    }
    Collections.reverse(values);
    return values;
  }

  private Object run() throws RefusedException {
    while (true) {
      int opcode = in.get() & 0xff;
      switch (opcode) {
        case 0x80 -> in.get(); // PROTO
        case 0x95 -> in.getLong(); // FRAME
        case '.' -> {
          return pop();
        }
        case '(' -> stack.push(MARK);
        case 'N' -> push(null);
        case 0x88 -> push(true);
        case 0x89 -> push(false);
        case 'K' -> push((long) (in.get() & 0xff)); // BININT1
        case 'M' -> push((long) (in.getShort() & 0xffff)); // BININT2
        case 'J' -> push((long) in.getInt()); // BININT
        case 0x8a -> push(integer(in.get() & 0xff)); // LONG1
        case 0x8b -> push(integer(in.getInt())); // LONG4
        case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))); // BINFLOAT
        case 'U' -> push(text(in.get() & 0xff)); // SHORT_BINSTRING
        case 0x8c -> push(text(in.get() & 0xff)); // SHORT_BINUNICODE
        case 'X' -> push(text(in.getInt())); // BINUNICODE
        case 0x8d -> push(text(in.getLong())); // BINUNICODE8
        case ')', ']' -> push(new ArrayList<>()); // EMPTY_TUPLE, EMPTY_LIST
        case '}' -> push(new LinkedHashMap<>()); // EMPTY_DICT
        case 't', 'l' -> push(popMarked()); // TUPLE, LIST
        case 0x85 -> pushTuple(1);
        case 0x86 -> pushTuple(2);
        case 0x87 -> pushTuple(3);
        case 'a' -> { // APPEND
          Object value = pop();
          list(top()).add(value);
        }
        case 'e' -> { // APPENDS
          List<Object> values = popMarked();
          list(top()).addAll(values);
        }
        case 's' -> { // SETITEM
          Object value = pop();
          Object key = pop();
          put(top(), key, value);
        }
        case 'u' -> { // SETITEMS
          List<Object> values = popMarked();
          for (int i = 0; i < values.size(); i += 2) {
            put(top(), values.get(i), values.get(i + 1));
          }
        }
        case 'q' -> memo.put((long) (in.get() & 0xff), top()); // BINPUT
        case 'r' -> memo.put(in.getInt() & 0xffffffffL, top()); // LONG_BINPUT
        case 0x94 -> memo.put((long) memo.size(), top()); // MEMOIZE
        case 'h' -> recall(in.get() & 0xff); // BINGET
        case 'j' -> recall(in.getInt() & 0xffffffffL); // LONG_BINGET
        case 'c' -> push(PickleName.of(line(), line())); // GLOBAL
        case 0x93 -> { // STACK_GLOBAL
          String name = (String) pop();
          push(PickleName.of((String) pop(), name));
        }
        case 'R' -> { // REDUCE
          List<Object> arguments = list(pop());
          push(((PickleName) pop()).apply(arguments));
        }
        case 'b' -> { // BUILD: an OrderedDict's attributes (PyTorch hangs version numbers on it)
          pop();
          if (!(top() instanceof Map)) {
            throw new RefusedException("its pickle sets attributes of something that has none");
          }
        }
        case 'Q' -> push(PickleName.storage(list(pop()))); // BINPERSID
        default ->
            throw new RefusedException(
                "its pickle uses an operation that is not allowed: opcode 0x"
                    + Integer.toHexString(opcode));
      }
    }
  }

  private void pushTuple(int length) throws RefusedException {
    Object[] values = new Object[length];
    for (int i = length - 1; i >= 0; i--) {
      values[i] = pop();
    }
    push(new ArrayList<>(Arrays.asList(values)));
  }

  private void recall(long index) throws RefusedException {
    if (!memo.containsKey(index)) {
      throw new RefusedException("its pickle recalls a value that it never kept");
    }
    push(memo.get(index));
  }

  /** Little-endian two's complement; nothing PyTorch writes needs more than a long. */
  private long integer(int length) throws RefusedException {
    if (length < 0 || length > Long.BYTES) {
      throw new RefusedException("its pickle holds an integer of " + length + " bytes");
    }
    long value = 0;
    byte last = 0;
    for (int i = 0; i < length; i++) {
      last = in.get();
      value |= (last & 0xffL) << (8 * i);
    }
    return last < 0 && length < Long.BYTES ? value | (-1L << (8 * length)) : value;
  }

  private String text(long length) throws RefusedException {
    if (length < 0 || length > in.remaining()) {
      throw new RefusedException("its pickle ends too early");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() {
    int start = in.position();
    while (in.get() != '\n') {
      // position advances
    }
    return new String(in.array(), start, in.position() - start - 1, StandardCharsets.UTF_8);
  }

  /** Keys are texts and numbers alone: hashing a list that holds itself would never end. */
  private static void put(Object map, Object key, Object value) throws RefusedException {
    if (!(key instanceof String || key instanceof Long)) {
      throw new RefusedException("its pickle has a dictionary whose keys are no names");
    }
    @SuppressWarnings("unchecked") // every map here was made here
    Map<Object, Object> target = (Map<Object, Object>) map;
    target.put(key, value);
  }

  @SuppressWarnings("unchecked") // every list here was made here
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }
}
