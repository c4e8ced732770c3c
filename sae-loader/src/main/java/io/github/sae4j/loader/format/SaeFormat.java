package io.github.sae4j.loader.format;

import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoader;
import java.util.List;
import java.util.Objects;

/**
 * A publisher's layout of the files of an SAE. Whoever has one that is not known here implements this, names the class in
 * {@code META-INF/services/io.github.sae4j.loader.format.SaeFormat}, and opens its folders as all others are opened, by
 * {@link SAE#from(java.nio.file.Path)} or by a name on the hub:
 *
 * <pre>{@code
 * public final class MyFormat implements SaeFormat {
 *
 *     public String label() {
 *         return "my_lab";
 *     }
 *
 *     public List<String> markers() {
 *         return List.of("my_sae.json", "my_sae.npz");
 *     }
 *
 *     public FormatParts read(FormatReading files) {
 *         FormatFields fields = files.fields("my_sae.json");
 *         int dIn = fields.size("width");
 *         int dSae = fields.size("features");
 *         FormatTensors tensors = files.tensors("my_sae.npz");
 *         return FormatParts.of(
 *                 SaeConfig.standard(dIn, dSae),
 *                 tensors.matrix("encoder", dIn, dSae),
 *                 Relu.of(tensors.vector("encoder_bias", dSae)),
 *                 tensors.matrix("decoder", dSae, dIn),
 *                 tensors.vector("decoder_bias", dIn));
 *     }
 * }
 * }</pre>
 *
 * <p>What {@link #read} leaves of the fields and tensors of the files that it opened, and does not call inert, is refused
 * unless the user lets it through ({@link SaeLoader#allowUnknown}): a format uses everything or says why it need not.
 *
 * <p>The layouts that come with this library are tried first, then these, in the order in which the class path has them.
 * They are found through the thread's context class loader each time an SAE is opened. One object may be used by several
 * threads at once, so it keeps nothing of what it reads.
 *
 * @since 0.1
 */
public interface SaeFormat {

    /** Returns the name that {@link SaeLoader#format} and releases call it by; no other format may have it. */
    String label();

    /**
     * Returns the files by which a folder of this layout is told, relative to it, the weights last. They also stand in the
     * sentence that says what a folder lacks.
     */
    List<String> markers();

    /**
     * Returns whether a folder is of this layout; by default it is if all {@link #markers()} are there. Where others have
     * files of the same names, look into a small one: {@code folder.text("config.json")}.
     *
     * @param folder the folder that is to be opened
     */
    default boolean recognises(FormatFolder folder) {
        Objects.requireNonNull(folder, "folder");
        return !markers().isEmpty() && markers().stream().allMatch(folder::has);
    }

    /**
     * Reads the files.
     *
     * @param files gives fields and tensors, and remembers which were used
     * @return what the SAE is made of
     * @throws io.github.sae4j.loader.SaeLoadException if a file is missing, or what it says cannot be used
     */
    FormatParts read(FormatReading files);
}
