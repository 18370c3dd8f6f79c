package dev.dolly.engine.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The model's arithmetic: readable TorchScript sources from the resources of this package, packed
 * in memory into the archive that libtorch loads, without Python.
 *
 * <p>An archive is a zip of stored entries: {@code data.pkl} (a pickled module without attributes),
 * {@code constants.pkl} (the empty tuple), {@code version}, and the source as {@code
 * code/__torch__.py}. (PyTorch's {@code torch/csrc/jit/docs/serialization.md}.) Weights are
 * arguments of the calls, never part of the module.
 *
 * <p>Calls may come from several threads at once: the methods keep nothing. {@link
 * #prepareThread(int)} goes first on each thread. Closing frees the module.
 */
public final class TorchScript implements AutoCloseable {
  private static final byte[] MODULE_PICKLE = modulePickle();
  private static final byte[] EMPTY_TUPLE_PICKLE = {(byte) 0x80, 2, ')', '.'};

  private final PtSymbolBlock module;

  private TorchScript(PtSymbolBlock module) {
    this.module = module;
  }

  /**
   * Loads the methods of the given source files as one module.
   *
   * @param manager owns the module
   * @param sources resource names in this package, each a sequence of methods
   * @param constants what stands for {@code ${name}} in the sources
   */
  public static TorchScript load(
      PtNDManager manager, List<String> sources, Map<String, String> constants) {
    return load(manager, sources, TorchScript.class, List.of(), constants);
  }

  /**
   * As above, with further sources of another room, which may use the first ones' methods.
   *
   * @param beside the class in whose package the further sources lie
   * @param further their resource names
   */
  public static TorchScript load(
      PtNDManager manager,
      List<String> sources,
      Class<?> beside,
      List<String> further,
      Map<String, String> constants) {
    StringBuilder code =
        new StringBuilder(
            "class Mod(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
                + "  def forward(self: __torch__.Mod, x: Tensor) -> Tensor:\n    return x\n");
    for (String source : sources) {
      code.append(fillIn(read(TorchScript.class, source), source, constants));
    }
    for (String source : further) {
      code.append(fillIn(read(beside, source), source, constants));
    }
    try {
      InputStream archive = new ByteArrayInputStream(archive(code.toString()));
      return new TorchScript(JniUtils.loadModule(manager, archive, false, false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * To be called once on each thread that runs scripts: the graph optimiser re-specialises for each
   * new shape, which makes the first thousands of calls ten times slower and more.
   *
   * @param threads that one operation called from this thread may use; 0 leaves it
   */
  public static void prepareThread(int threads) {
    JniUtils.setGraphExecutorOptimize(false);
    if (threads > 0) {
      JniUtils.setNumThreads(threads);
    }
  }

  /**
   * To be called once on each thread that finds gradients: the one that happened to load the
   * library has them switched off.
   */
  public static void prepareGradients() {
    JniUtils.setGradMode(true);
  }

  /** Threads that one operation called from this thread may use. */
  public static int threads() {
    return JniUtils.getNumThreads();
  }

  /** libtorch's version, as {@code 2.7.1}. */
  public static String libraryVersion() {
    return Engine.getEngine("PyTorch").getVersion();
  }

  /** Runs a method without autograd. The arguments stay the caller's; the result is too. */
  public IValue call(String method, IValue... arguments) {
    return IValueUtils.runMethod(module, method, arguments);
  }

  /** As {@link #call}, for a method that returns one tensor, which the manager then owns. */
  public PtNDArray tensor(PtNDManager owner, String method, IValue... arguments) {
    try (IValue result = call(method, arguments)) {
      return result.toTensor(owner);
    }
  }

  /**
   * Runs a method whose tensors may take part in autograd; {@link #call} makes inference tensors,
   * which may not. It takes tensors and returns a tensor or a list of them.
   *
   * <p>On a thread after {@link #prepareGradients()}.
   *
   * @param owner of the results
   */
  public NDList differentiable(PtNDManager owner, String method, PtNDArray... arguments) {
    try (NDArray name = owner.create(0)) {
      name.setName("module_method:" + method);
      NDList inputs = new NDList(name);
      inputs.addAll(Arrays.asList(arguments));
      return IValueUtils.forward(module, inputs, true);
    }
  }

  @Override
  public void close() {
    module.close();
  }

  private static String read(Class<?> beside, String source) {
    try (InputStream in = beside.getResourceAsStream(source)) {
      if (in == null) {
        throw new IllegalArgumentException("no script named " + source);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String fillIn(String code, String source, Map<String, String> constants) {
    for (Map.Entry<String, String> constant : constants.entrySet()) {
      code = code.replace("${" + constant.getKey() + "}", constant.getValue());
    }
    int missing = code.indexOf("${", code.indexOf("def "));
    if (missing >= 0) {
      throw new IllegalArgumentException(
          source + " uses an unknown constant: " + code.substring(missing, missing + 20));
    }
    return code;
  }

  private static byte[] archive(String code) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      store(zip, "data.pkl", MODULE_PICKLE);
      store(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", EMPTY_TUPLE_PICKLE);
      store(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry("dolly/" + name);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** Pickle protocol 2 of {@code __torch__.Mod} with the one attribute {@code training = False}. */
  private static byte[] modulePickle() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2, 'c'});
    out.writeBytes("__torch__\nMod\n".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
    out.writeBytes("training".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[] {(byte) 0x89, 'u', 'b', '.'});
    return out.toByteArray();
  }
}
