package io.github.sae4j.cli.internal;

import ai.djl.engine.Engine;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether an SAE runs in this process, and what runs it: found out with a tiny one. */
final class EngineFindings {

    /** DJL's engine describes itself in a text that ends with the folder. */
    private static final String FOLDER = "PyTorch Library: ";

    private EngineFindings() {}

    static List<Finding> collect() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.of("DJL", Engine.getDjlVersion()));
        String kernel;
        Engine engine;
        try {
            kernel = encodeOneToken();
            engine = Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            findings.add(Finding.failure("engine", sentence(e)));
            return List.copyOf(findings);
        }
        String folder = folder(engine);
        findings.add(Finding.of("engine", "libtorch " + engine.getVersion()));
        findings.add(Finding.of("native library", folder == null ? "its folder is not known" : unpacked(folder)));
        findings.add(Finding.of("CUDA", cuda(engine, folder)));
        findings.add(Finding.of("kernel", kernel));
        return List.copyOf(findings);
    }

    private static String unpacked(String folder) {
        return folder + ", " + UnpackedLibrary.size(Path.of(folder))
                + (folder.contains(".djl.ai") ? " that DJL has unpacked there; DJL_CACHE_DIR names another place" : "");
    }

    private static String encodeOneToken() {
        float[] one = {1};
        try (SparseAutoencoder sae = SparseAutoencoder.builder(SaeConfig.standard(1, 1))
                .encoder(WeightMatrix.of(new float[][] {one}))
                .decoder(WeightMatrix.of(new float[][] {one}))
                .decoderBias(one)
                .activation(Relu.of(new float[1]))
                .build()) {
            float value = sae.encode(new float[] {3}).values().get(0);
            if (value != 2) {
                throw new IllegalStateException("relu(3 - 1) came out as " + value + ".");
            }
            return sae.kernel().label() + " on " + DeviceChoice.spell(sae.device());
        }
    }

    private static @Nullable String folder(Engine engine) {
        String text = engine.toString();
        int start = text.indexOf(FOLDER);
        return start < 0
                ? null
                : text.substring(start + FOLDER.length()).lines().findFirst().orElse(null);
    }

    private static String cuda(Engine engine, @Nullable String folder) {
        int devices = engine.getGpuCount();
        if (devices > 0) {
            return "seen: "
                    + String.join(
                            ", ",
                            Arrays.stream(engine.getDevices(devices))
                                    .map(DeviceChoice::spell)
                                    .toList());
        }
        return folder != null && folder.contains("-cpu")
                ? "not seen: the native library is a build for the CPU alone"
                : "not seen: it takes a CUDA build of the native library, a driver, and libcudart where JNA finds it"
                        + " (jna.library.path)";
    }

    private static String sentence(Throwable failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return message.lines().findFirst().orElse(failure.toString());
    }
}
