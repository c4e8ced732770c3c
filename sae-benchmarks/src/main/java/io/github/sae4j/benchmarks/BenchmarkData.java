package io.github.sae4j.benchmarks;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.fixtures.Tensor;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * The SAE and the activations that benchmarks run on, made from a seed when they are first asked for and kept.
 *
 * @param root the folder to keep them in
 * @param dIn the width of an activation
 * @param dSae the number of features
 * @param l0 how many features a token activates, about
 * @param tokens how many activations there are
 */
public record BenchmarkData(Path root, int dIn, int dSae, int l0, int tokens) {

    /** The system property that names the folder. */
    public static final String FOLDER = "sae.benchmark.folder";

    private static final String PREPARED = "prepared";
    private static final long SEED = 1;

    /** Returns the data of the full size, in the folder that the system property {@value #FOLDER} names. */
    public static BenchmarkData fullSize() {
        Path root = Path.of(System.getProperty(FOLDER, "target/benchmark-data"));
        return new BenchmarkData(root, 3072, 49_152, 100, 2048);
    }

    /**
     * Returns the folder with an SAE in SAELens's layout.
     *
     * @param weights {@code bfloat16}, {@code float16} or {@code float32}
     */
    public Path sae(String weights) {
        Path folder = root.resolve("%s-%dx%d-l0-%d".formatted(weights, dIn, dSae, l0));
        // The weights come last and under their final name only when they are whole.
        if (!Files.exists(folder.resolve("sae_weights.safetensors"))) {
            random(weights).write(folder);
        }
        return folder;
    }

    /** Returns the file with activations that these SAEs explain, f32 {@code [tokens, d_in]}. */
    public Path activations() {
        Path file = root.resolve("activations-%d-l0-%d-%d.safetensors".formatted(dIn, l0, tokens));
        if (!Files.exists(file)) {
            random("bfloat16").writeActivations(file, tokens, SEED);
        }
        return file;
    }

    /**
     * Returns how to open an SAE with a kernel.
     *
     * @param folder the folder with the SAE
     * @param kernel a kernel's label, {@code default} for the one that sae4j chooses, or {@code prepared} for that one with a
     *     prepared encoder
     */
    public static SaeLoader loader(Path folder, String kernel) {
        SaeLoader loader = SAE.from(folder);
        return switch (kernel) {
            case "default" -> loader;
            case PREPARED -> loader.prepared(true);
            default -> loader.kernel(kernel(kernel));
        };
    }

    /** Chooses the kernel of an SAE that is built from parts, as {@link #loader} does. */
    static SaeBuilder choose(SaeBuilder builder, String kernel) {
        return switch (kernel) {
            case "default" -> builder;
            case PREPARED -> builder.prepared(true);
            default -> builder.kernel(kernel(kernel));
        };
    }

    /**
     * Reads activations.
     *
     * @param file a safetensors file with a tensor {@code activations} {@code [tokens, d_in]}
     * @return {@code [tokens][d_in]}
     */
    public static float[][] read(Path file) {
        Tensor tensor = Tensor.read(file, "activations");
        if (tensor.shape().length != 2) {
            throw new BenchmarkException(file + " has activations of the shape " + Arrays.toString(tensor.shape())
                    + ", but [tokens, d_in] is needed.");
        }
        int width = (int) tensor.shape()[1];
        float[][] rows = new float[(int) tensor.shape()[0]][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(tensor.values(), row * width, (row + 1) * width);
        }
        return rows;
    }

    private static Kernel kernel(String label) {
        return Arrays.stream(Kernel.values())
                .filter(kernel -> kernel.label().equals(label.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new BenchmarkException(
                        "There is no kernel " + label + ", but " + Arrays.toString(Kernel.values()) + "."));
    }

    private RandomSae random(String weights) {
        return new RandomSae(dIn, dSae, StoredType.ofConfigName(weights), l0, SEED);
    }
}
