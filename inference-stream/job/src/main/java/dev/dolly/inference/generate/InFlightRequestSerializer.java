package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.TokenLogprob;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.ModelRef;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The bytes of a request in a checkpoint. The version stands before them; whoever changes the
 * layout raises it and goes on reading the old ones, as running jobs are upgraded by savepoint.
 */
final class InFlightRequestSerializer implements SimpleVersionedSerializer<InFlightRequest> {
  static final int VERSION = 3;

  /** From this one on with log-probabilities. */
  private static final int WITH_LOGPROBS = 2;

  /** From this one on with the engine's fingerprint. */
  private static final int WITH_ENGINE = 3;

  private static final String UNKNOWN_ENGINE = "";

  /** Length of an array that is not there. */
  private static final int NULL = -1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(InFlightRequest request) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    DataOutputStream out = new DataOutputStream(bytes);
    PromptRecord record = request.record();
    out.writeUTF(record.topic());
    out.writeInt(record.partition());
    out.writeLong(record.offset());
    out.writeLong(record.timestamp());
    writeBytes(out, record.key());
    writeBytes(out, record.value());
    ModelRef model = request.model();
    out.writeUTF(model.getName());
    out.writeUTF(model.getVersion());
    out.writeUTF(model.getDigest());
    out.writeUTF(model.getDtype());
    out.writeLong(request.seed());
    writeGenerated(out, request.generated());
    out.writeLong(request.attempt());
    out.writeInt(request.chunks().index());
    out.writeInt(request.chunks().length());
    out.writeInt(request.chunks().hash());
    out.writeBoolean(request.cancelled());
    out.writeUTF(request.engine());
    return bytes.toByteArray();
  }

  @Override
  public InFlightRequest deserialize(int version, byte[] serialized) throws IOException {
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "a request in flight was saved in version "
              + version
              + " of its layout and this job reads versions up to "
              + VERSION
              + ": restore it with the release that wrote it");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
    PromptRecord record =
        new PromptRecord(
            in.readUTF(), in.readInt(), in.readLong(), in.readLong(), readBytes(in), readBytes(in));
    ModelRef model = new ModelRef(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
    long seed = in.readLong();
    int[] ids = readInts(in, in.readInt());
    List<TokenLogprob> logprobs = version < WITH_LOGPROBS ? List.of() : readLogprobs(in);
    long attempt = in.readLong();
    ChunkProgress chunks = new ChunkProgress(in.readInt(), in.readInt(), in.readInt());
    boolean cancelled = in.readBoolean();
    String engine = version < WITH_ENGINE ? UNKNOWN_ENGINE : in.readUTF();
    return new InFlightRequest(
        record, model, engine, seed, new Generated(ids, logprobs), attempt, chunks, cancelled);
  }

  private static void writeGenerated(DataOutputStream out, Generated generated) throws IOException {
    out.writeInt(generated.count());
    for (int id : generated.ids()) {
      out.writeInt(id);
    }
    out.writeInt(generated.logprobs().size());
    for (TokenLogprob logprob : generated.logprobs()) {
      out.writeDouble(logprob.logprob());
      int[] ids = logprob.topIds();
      double[] logprobs = logprob.topLogprobs();
      out.writeInt(ids.length);
      for (int i = 0; i < ids.length; i++) {
        out.writeInt(ids[i]);
        out.writeDouble(logprobs[i]);
      }
    }
  }

  private static List<TokenLogprob> readLogprobs(DataInputStream in) throws IOException {
    List<TokenLogprob> all = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      double logprob = in.readDouble();
      int[] ids = new int[in.readInt()];
      double[] logprobs = new double[ids.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = in.readInt();
        logprobs[i] = in.readDouble();
      }
      all.add(new TokenLogprob(logprob, ids, logprobs));
    }
    return all;
  }

  private static int[] readInts(DataInputStream in, int count) throws IOException {
    int[] ints = new int[count];
    for (int i = 0; i < count; i++) {
      ints[i] = in.readInt();
    }
    return ints;
  }

  private static void writeBytes(DataOutputStream out, @Nullable byte[] bytes) throws IOException {
    if (bytes == null) {
      out.writeInt(NULL);
    } else {
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  @Nullable
  private static byte[] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length == NULL ? null : in.readNBytes(length);
  }
}
