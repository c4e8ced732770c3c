package io.github.sae4j.data.features;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.internal.files.InputFile;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import io.github.sae4j.safetensors.internal.Quoted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The features of a file, token after token, sparse or dense.
 *
 * <p>Only the tokens of one batch are ever in memory. Not for use by several threads.
 *
 * <pre>{@code
 * try (FeatureFile file = FeatureFile.open(Path.of("features.safetensors"), sae)) {
 *     float[][] decoded = sae.decode(file.next(1024));              // of the first 1024 tokens
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class FeatureFile implements AutoCloseable {

    private static final String SAE_SHA256 = "sae_sha256";
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final Path path;
    private final SafetensorsFile file;
    private final Layout layout;
    private final FeatureRows rows;

    private FeatureFile(Path path, SafetensorsFile file, Layout layout, FeatureRows rows) {
        this.path = path;
        this.file = file;
        this.layout = layout;
        this.rows = rows;
    }

    /**
     * Opens a file and checks its shapes against the SAE.
     *
     * @param path a safetensors file of features
     * @param expected the SAE that is to decode the features
     * @throws DataException if there is no such file, or it holds no features of such an SAE
     */
    public static FeatureFile open(Path path, InputRequirements expected) {
        InputFile.requireReadable(path);
        if (!String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
            throw new DataException(
                    Reason.UNSUPPORTED,
                    path
                            + ": features are read from .safetensors files; .npz, .parquet and .jsonl files are for other programs.");
        }
        SafetensorsFile file = SafetensorsFile.open(path);
        try {
            boolean sparse = file.contains("indptr") || file.contains("indices") || file.contains("values");
            if (sparse && file.contains("features")) {
                throw new DataException(
                        Reason.UNSUPPORTED,
                        path + ": it holds features in both forms, and which are meant is not known.");
            }
            Layout layout = sparse ? sparseLayout(path, file, expected) : denseLayout(path, file, expected);
            TokenFactors factors = TokenFactors.open(path, file, layout, expected);
            FeatureRows rows = sparse
                    ? SparseRows.open(path, file, layout, expected, factors)
                    : new DenseRows(path, tensor(path, file, "features", Dtype.F32), layout, expected, factors);
            return new FeatureFile(path, file, layout, rows);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Opens a file and checks its shapes against an SAE.
     *
     * @param path a safetensors file of features
     * @param sae the SAE that is to decode them
     * @throws DataException if there is no such file, or it holds no features of such an SAE
     */
    public static FeatureFile open(Path path, SparseAutoencoder sae) {
        return open(path, InputRequirements.of(sae, false));
    }

    private static Layout sparseLayout(Path path, SafetensorsFile file, InputRequirements expected) {
        TensorView indptr = tensor(path, file, "indptr", Dtype.I64);
        if (indptr.shape().length != 1 || indptr.elements() < 1) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": indptr must have the shape [tokens + 1], but has " + Arrays.toString(indptr.shape())
                            + ".");
        }
        long tokens = indptr.elements() - 1;
        String shape = file.metadata().get("shape");
        if (shape == null) {
            return Layout.of(path.toString(), new long[] {tokens}, heads(path, file, expected));
        }
        Layout layout = layout(path, parseShape(path, shape), heads(path, file, expected), expected);
        if (layout.tokens() != tokens) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": indptr is for " + tokens + " tokens, but the shape " + shape + " of the metadata has "
                            + layout.tokens() + ".");
        }
        return layout;
    }

    private static Layout denseLayout(Path path, SafetensorsFile file, InputRequirements expected) {
        if (!file.contains("features")) {
            throw new DataException(
                    Reason.NO_SUCH_TENSOR,
                    path + ": it holds no features: there is neither a tensor \"features\" nor"
                            + " \"indptr\", \"indices\" and \"values\".");
        }
        TensorView features = tensor(path, file, "features", Dtype.F32);
        return layout(path, features.shape(), heads(path, file, expected), expected);
    }

    private static Layout layout(Path path, long[] shape, int heads, InputRequirements expected) {
        int dSae = expected.config().dSae();
        if (shape.length == 0 || shape[shape.length - 1] != dSae) {
            throw new DataException(
                    Reason.MISMATCH,
                    path.getFileName() + ": its features have the shape " + Arrays.toString(shape) + ", but "
                            + expected.name() + " has d_sae = " + dSae + ". Are these another SAE's features?");
        }
        return Layout.of(path.toString(), Arrays.copyOf(shape, shape.length - 1), heads);
    }

    private static long[] parseShape(Path path, String text) {
        try {
            JsonArray array = JsonParser.parseString(text).getAsJsonArray();
            long[] shape = new long[array.size()];
            for (int axis = 0; axis < shape.length; axis++) {
                JsonElement size = array.get(axis);
                if (!size.getAsJsonPrimitive().isNumber()
                        || !NUMBER.matcher(size.getAsString()).matches()) {
                    throw new IllegalStateException("not a size: " + size);
                }
                shape[axis] = size.getAsLong();
            }
            return shape;
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": the shape in its metadata must be a JSON array of sizes, but is " + text + ".",
                    e);
        }
    }

    private static int heads(Path path, SafetensorsFile file, InputRequirements expected) {
        String text = file.metadata().get("heads");
        if (text == null) {
            return 0;
        }
        int dOut = expected.config().dOut();
        if (!NUMBER.matcher(text).matches() || Long.parseLong(text) < 1 || dOut % Long.parseLong(text) != 0) {
            throw new DataException(
                    Reason.MALFORMED,
                    path + ": heads in its metadata must divide d_out = " + dOut + ", but is " + text + ".");
        }
        return Integer.parseInt(text);
    }

    static TensorView tensor(Path path, SafetensorsFile file, String name, Dtype dtype) {
        if (!file.contains(name)) {
            throw new DataException(Reason.NO_SUCH_TENSOR, path + ": there is no tensor " + Quoted.of(name) + ".");
        }
        TensorView tensor = file.tensor(name);
        if (tensor.dtype() != dtype) {
            throw new DataException(
                    Reason.MALFORMED, path + ": " + name + " must be " + dtype + ", but is " + tensor.dtype() + ".");
        }
        return tensor;
    }

    /** Reads elements of a tensor into a new little-endian buffer, from position 0 to its limit. */
    static ByteBuffer read(TensorView tensor, long first, int count, int elementBytes) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(count, elementBytes)).order(ByteOrder.LITTLE_ENDIAN);
        tensor.read(first * elementBytes, bytes);
        return bytes.flip();
    }

    /** Returns how the tokens are arranged. */
    public Layout layout() {
        return layout;
    }

    /** Returns the file's own name, without its folder. */
    public String fileName() {
        return String.valueOf(path.getFileName());
    }

    /**
     * Checks that the features were made with the weights that are to decode them, if the file tells.
     *
     * @param name what has these weights
     * @param sha256 takes their SHA-256
     * @throws DataException if they were made with others
     */
    public void requireWeights(String name, Supplier<String> sha256) {
        String made = metadata(SAE_SHA256).orElse(null);
        if (made != null && !made.equals(sha256.get())) {
            throw new DataException(
                    Reason.MISMATCH,
                    fileName() + " was encoded with other weights ("
                            + metadata("sae").orElse("unnamed") + ", SHA-256 " + made + ") than those of " + name + " ("
                            + sha256.get() + ").");
        }
    }

    /**
     * Checks that the features were made with the options that are to decode them, if the file tells.
     *
     * @param options those that change what the SAE computes, as users write them; empty if there are none
     * @throws DataException if they were made with others
     */
    public void requireOptions(String options) {
        String made = metadata("sae_options").orElse("");
        if (metadata(SAE_SHA256).isPresent() && !made.equals(options)) {
            throw new DataException(
                    Reason.MISMATCH,
                    fileName() + " was encoded with " + spoken(made) + ", so it is not decoded with " + spoken(options)
                            + ".");
        }
    }

    private static String spoken(String options) {
        return options.isEmpty() ? "no options that change the SAE" : options;
    }

    /** Returns the options that chose what was read of the activations or written of the features, empty if there were none. */
    public String selected() {
        return metadata("selected").orElse("");
    }

    /** Returns the options that left tokens out of the features, empty if there were none. */
    public String skipped() {
        return metadata("skipped").orElse("");
    }

    /** Returns how many tokens of how many were left out of the features, empty if none were. */
    public String leftOut() {
        return metadata("left_out").orElse("");
    }

    private Optional<String> metadata(String key) {
        Map<String, String> metadata = file.metadata();
        @Nullable String value = metadata.get(key);
        return Optional.ofNullable(value);
    }

    /**
     * Reads the next tokens.
     *
     * @param maxTokens how many at most, at least 1
     * @return their features, with one leading axis; no token after the end
     * @throws DataException if the file cannot be read or its features are not valid
     */
    public SparseFeatures next(int maxTokens) {
        return rows.next(maxTokens);
    }

    @Override
    public void close() {
        file.close();
    }
}
