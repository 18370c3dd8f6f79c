package dev.dolly.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroTypeException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** Against Avro's own encoder. */
class BoundedDecoderTest {

  private interface Writes {
    void to(BinaryEncoder encoder) throws IOException;
  }

  private static BoundedDecoder decoder(Writes writes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    writes.to(encoder);
    encoder.flush();
    return new BoundedDecoder(out.toByteArray(), 0);
  }

  private static BoundedDecoder of(int... bytes) {
    byte[] array = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      array[i] = (byte) bytes[i];
    }
    return new BoundedDecoder(array, 0);
  }

  @Test
  void readsEveryKindOfValue() throws IOException {
    BoundedDecoder in =
        decoder(
            out -> {
              out.writeBoolean(true);
              out.writeInt(Integer.MIN_VALUE);
              out.writeLong(Long.MIN_VALUE);
              out.writeLong(Long.MAX_VALUE);
              out.writeFloat(0.1f);
              out.writeDouble(-0.1);
              out.writeString("好😀");
              out.writeString("utf8");
              out.writeBytes(new byte[] {1, 2});
              out.writeFixed(new byte[] {3, 4});
              out.writeEnum(5);
              out.writeIndex(1);
            });

    assertThat(in.readBoolean()).isTrue();
    assertThat(in.readInt()).isEqualTo(Integer.MIN_VALUE);
    assertThat(in.readLong()).isEqualTo(Long.MIN_VALUE);
    assertThat(in.readLong()).isEqualTo(Long.MAX_VALUE);
    assertThat(in.readFloat()).isEqualTo(0.1f);
    assertThat(in.readDouble()).isEqualTo(-0.1);
    assertThat(in.readString()).isEqualTo("好😀");
    assertThat(in.readString(null).toString()).isEqualTo("utf8");
    assertThat(in.readBytes(null)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    byte[] fixed = new byte[2];
    in.readFixed(fixed, 0, 2);
    assertThat(fixed).containsExactly(3, 4);
    assertThat(in.readEnum()).isEqualTo(5);
    assertThat(in.readIndex()).isEqualTo(1);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void skipsWhatNobodyWants() throws IOException {
    BoundedDecoder in =
        decoder(
            out -> {
              out.writeString("skipped");
              out.writeBytes(new byte[9]);
              out.writeFixed(new byte[7]);
              out.writeInt(6);
            });
    in.skipString();
    in.skipBytes();
    in.skipFixed(7);
    assertThat(in.readInt()).isEqualTo(6);
  }

  @Test
  void readsArraysWithAndWithoutBlockSizes() throws IOException {
    // Two items in a block of known size, one in a block without, the end.
    BoundedDecoder in = of(0x03, 0x04, 0x02, 0x04, 0x02, 0x06, 0x00);
    List<Long> items = new ArrayList<>();
    for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
      for (long i = 0; i < left; i++) {
        items.add(in.readLong());
      }
    }
    assertThat(items).containsExactly(1L, 2L, 3L);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void skipsBlocksOfKnownSizeAsAWhole() throws IOException {
    BoundedDecoder in = of(0x03, 0x04, 0x02, 0x04, 0x02, 0x06, 0x00);
    assertThat(in.skipMap()).isEqualTo(1);
    assertThat(in.readLong()).isEqualTo(3);
    assertThat(in.skipMap()).isZero();
  }

  @Test
  void refusesWhatIsNotThere() {
    assertThatThrownBy(() -> of().readLong()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> of(0x80).readLong()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> of(1, 2, 3).readFloat()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> of(0x04, 'a').readString()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> of(0x04, 'a').skipString()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> of(0x04, 0x00).readArrayStart()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> of(0x04, 0x00).skipArray()).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> of(0x03, 0x04).readMapStart()).isInstanceOf(EOFException.class);
  }

  @Test
  void refusesWhatCanNotBe() {
    assertThatThrownBy(() -> of(2).readBoolean()).isInstanceOf(AvroTypeException.class);
    assertThatThrownBy(() -> of(0x01).readString()).isInstanceOf(AvroTypeException.class);
    assertThatThrownBy(() -> of(0x02, 0xff).readString()).isInstanceOf(AvroTypeException.class);
    assertThatThrownBy(() -> decoder(out -> out.writeLong(1L << 31)).readInt())
        .isInstanceOf(AvroTypeException.class);
    assertThatThrownBy(() -> of(128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1).readLong())
        .isInstanceOf(AvroTypeException.class);
  }

  @Test
  void theSmallestCountIsNoCount() {
    // -Long.MIN_VALUE is negative again.
    assertThatThrownBy(
            () ->
                decoder(
                        out -> {
                          out.writeLong(Long.MIN_VALUE);
                          out.writeLong(0);
                        })
                    .readArrayStart())
        .isInstanceOf(EOFException.class);
  }
}
