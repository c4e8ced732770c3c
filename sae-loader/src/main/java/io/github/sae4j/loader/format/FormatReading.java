package io.github.sae4j.loader.format;

/**
 * The files of an SAE while it is opened. What is read is accounted for, and {@link SaeFormat} says what becomes of the rest.
 * Made by the loader, which closes the files; for one thread.
 *
 * <pre>{@code
 * final class MyFiles {
 *
 *     static TopK rule(FormatReading files) {
 *         FormatFields fields = files.fields("config.json", "trainer");
 *         FormatTensors tensors = files.tensors("weights.npz");
 *         return TopK.of(fields.size("trainer.k"), tensors.vector("bias", fields.size("features")));
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public interface FormatReading extends FormatFolder {

    /**
     * Returns the fields of a JSON or YAML file, with those that the user has set ({@code override("k", 50)}) in place of the
     * file's.
     *
     * @param file its name, relative to the folder, with {@code /}; YAML if it ends in {@code .yaml}
     * @param nested the fields whose own fields count as dotted ones, {@code trainer.k}
     * @throws io.github.sae4j.loader.SaeLoadException if it is not there, or holds no object
     */
    FormatFields fields(String file, String... nested);

    /**
     * Returns the tensors of a safetensors, npz or PyTorch file. The first file that is asked for is the one whose SHA-256
     * {@link io.github.sae4j.core.SaeSource#sha256()} tells.
     *
     * @param file its name, relative to the folder, with {@code /}
     * @throws io.github.sae4j.loader.SaeLoadException if it is not there, or holds no named tensors
     * @throws io.github.sae4j.tensors.TensorFileException if it cannot be read or is damaged
     */
    FormatTensors tensors(String file);
}
