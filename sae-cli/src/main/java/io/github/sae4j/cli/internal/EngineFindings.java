package io.github.sae4j.cli.internal;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;

/** Whether an SAE runs in this process, what runs it, and whether libtorch starts: found out with a tiny one. */
final class EngineFindings {

    /** DJL's engine describes itself in a text that ends with the folder. */
    private static final String FOLDER = "PyTorch Library: ";

    private static final String WITHOUT_IT =
            " Only DJL's arrays, CUDA, --kernel torchscript and temporal SAEs need libtorch.";

    private EngineFindings() {}

    static List<Finding> collect() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.of("DJL", Engine.getDjlVersion()));
        try (SparseAutoencoder sae = oneByOne()) {
            String kernel = encodeOneToken(sae);
            addEngine(sae, findings);
            findings.add(Finding.of("kernel", kernel));
        } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
            findings.add(Finding.failure("kernel", sentence(e)));
        }
        return List.copyOf(findings);
    }

    private static void addEngine(SparseAutoencoder sae, List<Finding> findings) {
        Engine engine;
        try (NDManager manager = sae.newManager()) {
            engine = manager.getEngine();
        } catch (RuntimeException | LinkageError e) {
            findings.add(Finding.of("engine", "not here. " + sentence(e) + WITHOUT_IT));
            return;
        }
        String folder = folder(engine);
        findings.add(Finding.of("engine", "libtorch " + engine.getVersion()));
        findings.add(Finding.of("native library", folder == null ? "its folder is not known" : unpacked(folder)));
        findings.add(Finding.of("CUDA", cuda(engine, folder)));
    }

    private static String unpacked(String folder) {
        return folder + ", " + UnpackedLibrary.size(Path.of(folder))
                + (folder.contains(".djl.ai") ? " that DJL has unpacked there; DJL_CACHE_DIR names another place" : "");
    }

    private static SparseAutoencoder oneByOne() {
        float[] one = {1};
        return SparseAutoencoder.builder(SaeConfig.standard(1, 1))
                .encoder(WeightMatrix.of(new float[][] {one}))
                .decoder(WeightMatrix.of(new float[][] {one}))
                .decoderBias(one)
                .activation(Relu.of(new float[1]))
                .build();
    }

    private static String encodeOneToken(SparseAutoencoder sae) {
        float value = sae.encode(new float[] {3}).values().get(0);
        if (value != 2) {
            throw new IllegalStateException("relu(3 - 1) came out as " + value + ".");
        }
        return sae.kernel().label() + " on " + DeviceChoice.spell(sae.device());
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
