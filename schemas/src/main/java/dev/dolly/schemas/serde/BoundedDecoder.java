package dev.dolly.schemas.serde;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroTypeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Reads Avro's binary format out of an array and believes no length in it. Avro's own decoder
 * allocates what a length field says before it looks whether the bytes are there, so that a broken
 * record of ten bytes asks for 2 GiB; this one never allocates more than the array can fill. It is
 * strict, too: booleans are 0 or 1, text is UTF-8.
 *
 * <p>Format: <a href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">Avro
 * 1.12, binary encoding</a>.
 */
final class BoundedDecoder extends Decoder {

  private static final int LONG_VARINT_BYTES = 10;

  private final ByteBuffer in;

  BoundedDecoder(byte[] bytes, int offset) {
    in = ByteBuffer.wrap(bytes, offset, bytes.length - offset).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** How many bytes have not been read. */
  int remaining() {
    return in.remaining();
  }

  private ByteBuffer need(long bytes) throws EOFException {
    if (bytes > in.remaining()) {
      throw new EOFException(
          bytes
              + " bytes are announced at byte "
              + in.position()
              + ", "
              + in.remaining()
              + " left");
    }
    return in;
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws IOException {
    byte value = need(1).get();
    if (value != 0 && value != 1) {
      throw new AvroTypeException("a boolean is " + value);
    }
    return value == 1;
  }

  @Override
  public int readInt() throws IOException {
    long value = readLong();
    if (value != (int) value) {
      throw new AvroTypeException("an int is " + value);
    }
    return (int) value;
  }

  @Override
  public long readLong() throws IOException {
    long zigzag = 0;
    for (int i = 0; i < LONG_VARINT_BYTES; i++) {
      byte next = need(1).get();
      zigzag |= (next & 0x7FL) << (7 * i);
      if (next >= 0) {
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
    }
    throw new AvroTypeException("a number has more than " + LONG_VARINT_BYTES + " bytes");
  }

  @Override
  public float readFloat() throws IOException {
    return need(Float.BYTES).getFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return need(Double.BYTES).getDouble();
  }

  private ByteBuffer slice() throws IOException {
    int length = length();
    ByteBuffer slice = in.slice(in.position(), length);
    in.position(in.position() + length);
    return slice;
  }

  private int length() throws IOException {
    long length = readLong();
    if (length < 0) {
      throw new AvroTypeException("a length is " + length);
    }
    need(length);
    return (int) length;
  }

  @Override
  public String readString() throws IOException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(slice())
          .toString();
    } catch (CharacterCodingException e) {
      throw new AvroTypeException("a text is not UTF-8", e);
    }
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readString());
  }

  @Override
  public void skipString() throws IOException {
    slice();
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    ByteBuffer slice = slice();
    return ByteBuffer.allocate(slice.remaining()).put(slice).flip();
  }

  @Override
  public void skipBytes() throws IOException {
    slice();
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    need(length).get(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    need(length).position(in.position() + length);
  }

  @Override
  public int readEnum() throws IOException {
    return readInt();
  }

  /** Every item of our schemas takes at least one byte, so there can't be more items than bytes. */
  private long items() throws IOException {
    long count = readLong();
    if (count < 0) {
      length();
      count = -count;
    }
    if (count < 0 || count > in.remaining()) {
      throw new EOFException(count + " items are announced, " + in.remaining() + " bytes left");
    }
    return count;
  }

  /** Jumps over blocks whose size is given; the count of the first one whose size is not. */
  private long skipItems() throws IOException {
    while (true) {
      long count = readLong();
      if (count < 0) {
        int size = length();
        in.position(in.position() + size);
        continue;
      }
      if (count > in.remaining()) {
        throw new EOFException(count + " items are announced, " + in.remaining() + " bytes left");
      }
      return count;
    }
  }

  @Override
  public long readArrayStart() throws IOException {
    return items();
  }

  @Override
  public long arrayNext() throws IOException {
    return items();
  }

  @Override
  public long skipArray() throws IOException {
    return skipItems();
  }

  @Override
  public long readMapStart() throws IOException {
    return items();
  }

  @Override
  public long mapNext() throws IOException {
    return items();
  }

  @Override
  public long skipMap() throws IOException {
    return skipItems();
  }

  @Override
  public int readIndex() throws IOException {
    return readInt();
  }
}
