package io.github.sae4j.benchmarks;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * One function of tensors in TorchScript, run by libtorch through DJL, whose own arrays know no bfloat16. It is loaded from an
 * archive as {@code torch.jit.save} writes it: code, an object without a state, no constants, and the format's version.
 */
final class PeerScript implements AutoCloseable {

    private final Model model = Model.newInstance("peer", Device.cpu(), "PyTorch");

    /**
     * Loads a function.
     *
     * @param function the text of {@code forward}, with {@code self} and tensors as parameters
     * @throws BenchmarkException if libtorch does not take it
     */
    PeerScript(String function) {
        try {
            model.load(new ByteArrayInputStream(archive(function)));
        } catch (IOException | MalformedModelException e) {
            model.close();
            throw new BenchmarkException("libtorch does not take the peer's lines: " + e.getMessage(), e);
        }
    }

    /** Runs it; what comes out belongs to the manager of the first argument. */
    NDArray run(NDArray... arguments) {
        ParameterStore none = new ParameterStore(model.getNDManager(), false);
        return model.getBlock().forward(none, new NDList(arguments), false).singletonOrThrow();
    }

    /** Returns a manager of the engine that runs scripts. */
    NDManager newManager() {
        return model.getNDManager().newSubManager();
    }

    private static byte[] archive(String function) {
        String code = "class Peer(Module):\n  __parameters__ = []\n  __buffers__ = []\n" + function.indent(2);
        Map<String, byte[]> entries = Map.of(
                "data.pkl", bytes("\u0080\u0002c__torch__\nPeer\nq\u0000)\u0081}q\u0001b."),
                "code/__torch__.py", bytes(code),
                "constants.pkl", bytes("\u0080\u0002)."),
                "version", bytes("3\n"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                CRC32 sum = new CRC32();
                sum.update(content.getValue());
                ZipEntry entry = new ZipEntry("peer/" + content.getKey());
                entry.setSize(content.getValue().length);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(content.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        model.close();
    }
}
