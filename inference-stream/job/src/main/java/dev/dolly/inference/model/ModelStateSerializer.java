package dev.dolly.inference.model;

import dev.dolly.inference.model.Announcement.Promotion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The bytes of it in a checkpoint; the version stands before them. */
public final class ModelStateSerializer implements SimpleVersionedSerializer<ModelState> {
  static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(ModelState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(state.next());
    out.writeBoolean(state.running().isPresent());
    if (state.running().isPresent()) {
      Promotion running = state.running().get();
      out.writeLong(running.offset());
      out.writeInt(running.value().length);
      out.write(running.value());
      out.writeUTF(running.version());
      out.writeUTF(running.uri());
      out.writeUTF(running.digest());
      out.writeUTF(running.architecture());
    }
    return bytes.toByteArray();
  }

  @Override
  public ModelState deserialize(int version, byte[] serialized) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "the running model was noted in version "
              + version
              + " of its layout and this job reads version "
              + VERSION
              + ": restore it with the release that wrote it");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
    long next = in.readLong();
    if (!in.readBoolean()) {
      return new ModelState(next, Optional.empty());
    }
    long offset = in.readLong();
    byte[] value = in.readNBytes(in.readInt());
    return new ModelState(
        next,
        Optional.of(
            new Promotion(offset, value, in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF())));
  }
}
