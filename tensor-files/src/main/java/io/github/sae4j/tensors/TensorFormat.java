package io.github.sae4j.tensors;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A format of files of tensors.
 *
 * <pre>{@code
 * try (TensorFile file = TensorFile.open(Path.of("activations.npz"))) {
 *     Tensor activations = file.format() == TensorFormat.NPY
 *             ? file.single().orElseThrow()
 *             : file.tensor("activations");
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum TensorFormat {
    /** One safetensors file. */
    SAFETENSORS,
    /** Several safetensors files that an index, {@code x.safetensors.index.json}, names. */
    SHARDED_SAFETENSORS,
    /** One array of NumPy, whose name is empty here. */
    NPY,
    /** A zip archive of NumPy's arrays, compressed or not. */
    NPZ,
    /** What PyTorch's {@code torch.save} writes: the zip archive, and the format before PyTorch 1.6. */
    TORCH;

    private static final Map<String, TensorFormat> ENDINGS = Map.of(
            ".safetensors", SAFETENSORS,
            ".safetensors.index.json", SHARDED_SAFETENSORS,
            ".npy", NPY,
            ".npz", NPZ,
            ".pt", TORCH,
            ".pth", TORCH,
            ".bin", TORCH);

    /**
     * Returns the format that files of such a name usually have, or empty.
     *
     * @param name a file's name or path; the case of its letters does not matter
     */
    public static Optional<TensorFormat> ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return ENDINGS.entrySet().stream()
                .filter(ending -> lower.endsWith(ending.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
