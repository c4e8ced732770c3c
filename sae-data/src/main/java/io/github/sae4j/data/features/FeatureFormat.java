package io.github.sae4j.data.features;

import io.github.sae4j.data.internal.files.Endings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The kinds of files that features are written to, told by the ending of the name.
 *
 * <pre>{@code
 * Path path = Path.of("features.safetensors");
 * FeatureFormat format = FeatureFormat.of(path)
 *         .orElseThrow(() -> new IllegalArgumentException(path + " must end in one of " + FeatureFormat.endings()));
 * Selection selection = format.hasDenseForm() ? Selection.ALL.asDense() : Selection.ALL;
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum FeatureFormat {
    /** Tensors, sparse or dense. */
    SAFETENSORS(".safetensors", true, true),
    /** SciPy's sparse matrix. */
    NPZ(".npz", false, true),
    /** Rows with lists, or a row for each active feature. */
    PARQUET(".parquet", false, false),
    /** A JSON object for each token. */
    JSON_LINES(".jsonl", false, false);

    private final String ending;
    private final boolean dense;
    private final boolean layers;

    FeatureFormat(String ending, boolean dense, boolean layers) {
        this.ending = ending;
        this.dense = dense;
        this.layers = layers;
    }

    /** Returns the format that a file's name tells, whatever the case of its letters. */
    public static Optional<FeatureFormat> of(Path path) {
        return Endings.told(path, values(), FeatureFormat::ending);
    }

    /** Returns all endings in words. */
    public static String endings() {
        return Endings.spoken(values(), FeatureFormat::ending);
    }

    /** Returns the ending of a name. */
    public String ending() {
        return ending;
    }

    /** Returns whether such a file can hold the dense matrix. */
    public boolean hasDenseForm() {
        return dense;
    }

    /** Returns whether such a file can hold features that have an axis of layers: its rows are not numbered as tokens. */
    public boolean hasLayers() {
        return layers;
    }
}
