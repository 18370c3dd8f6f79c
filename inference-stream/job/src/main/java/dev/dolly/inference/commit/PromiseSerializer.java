package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The bytes of a promise in a checkpoint; the version stands before them. */
public final class PromiseSerializer implements SimpleVersionedSerializer<Promise> {
  static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(Promise promise) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(promise.checkpoint());
    out.writeLong(promise.since());
    out.writeLong(promise.until());
    out.writeInt(promise.prompts().size());
    for (PromptPosition prompt : promise.prompts()) {
      out.writeUTF(prompt.topic());
      out.writeInt(prompt.partition());
      out.writeLong(prompt.offset());
    }
    return bytes.toByteArray();
  }

  @Override
  public Promise deserialize(int version, byte[] serialized) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "the answers of a checkpoint were noted in version "
              + version
              + " of their layout and this job reads version "
              + VERSION
              + ": restore it with the release that wrote it");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
    long checkpoint = in.readLong();
    long since = in.readLong();
    long until = in.readLong();
    List<PromptPosition> prompts = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      prompts.add(new PromptPosition(in.readUTF(), in.readInt(), in.readLong()));
    }
    return new Promise(checkpoint, since, until, prompts);
  }
}
