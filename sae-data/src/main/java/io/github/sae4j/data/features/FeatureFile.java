package io.github.sae4j.data.features;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.internal.LayerAxis;
import io.github.sae4j.data.internal.files.InputFile;
import io.github.sae4j.data.internal.files.Json;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import io.github.sae4j.safetensors.internal.Quoted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

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

    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final Path path;
    private final SafetensorsFile file;
    private final Layout layout;
    private final FeatureRows rows;
    private final String decoderName;

    private FeatureFile(Path path, SafetensorsFile file, Layout layout, FeatureRows rows, String decoderName) {
        this.path = path;
        this.file = file;
        this.layout = layout;
        this.rows = rows;
        this.decoderName = decoderName;
    }

    /**
     * Opens a file and checks its shapes. Nothing else tells then whether the features are this SAE's: {@link #open(Path,
     * SparseAutoencoder)} looks at what the file says of its origin, too.
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
            Layout stored = sparse ? sparseLayout(path, file, expected) : denseLayout(path, file, expected);
            Layout layout = expected.layers() == 0 ? stored : inLayers(path, file, stored, expected);
            TokenFactors factors = TokenFactors.open(path, file, layout, expected);
            FeatureRows rows = sparse
                    ? SparseRows.open(path, file, layout, expected, factors)
                    : new DenseRows(path, tensor(path, file, "features", Dtype.F32), layout, expected, factors);
            return new FeatureFile(path, file, layout, rows, expected.name());
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Opens a file of features that an SAE is to decode, and checks that it made them, as {@link #requireMadeBy} does. A file that
     * does not tell who made it passes if its shapes fit. {@link #open(Path, InputRequirements)} opens one that does not pass.
     *
     * <p>Weights in no file have no SHA-256: what their {@linkplain SaeSource#description() source} calls them tells them from
     * others. SAEs that are built without a source are all called the same, so any of them passes for any other.
     *
     * @param path a safetensors file of features
     * @param sae the SAE that is to decode them; where the file has the SHA-256 of the weights, the weights' file is read for its
     *     own, once for each SAE
     * @throws DataException if there is no such file, or it holds no features of such an SAE, or those of other weights or of other
     *     settings than this SAE's
     * @throws io.github.sae4j.core.SaeException if the weights' file can no longer be read
     */
    public static FeatureFile open(Path path, SparseAutoencoder sae) {
        FeatureFile features = open(path, InputRequirements.of(sae, false));
        try {
            features.requireMadeBy(sae);
            return features;
        } catch (RuntimeException e) {
            features.close();
            throw e;
        }
    }

    private static Layout inLayers(Path path, SafetensorsFile file, Layout stored, InputRequirements expected) {
        String name = String.valueOf(path.getFileName());
        for (Setting.Value chosen : Provenance.of(file.metadata()).selected()) {
            if (chosen.setting() == Setting.SET_LAYER) {
                throw new DataException(
                        Reason.MISMATCH,
                        Sentence.of(
                                name + " was encoded with ",
                                chosen,
                                ", so it has the features of one layer, but a set decodes those of all; without ",
                                Setting.SET_LAYER.named(),
                                " all are written."));
            }
        }
        return LayerAxis.of(name, stored, expected.config().dSae(), "d_sae", expected);
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
            JsonArray array = Json.parse(text).getAsJsonArray();
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

    /** Returns what the file says of where its features come from. */
    public Provenance provenance() {
        return Provenance.of(file.metadata());
    }

    /**
     * Checks that an SAE made the features, or one with the same weights and settings, as far as the file tells. If it tells the
     * SHA-256 of the weights, the SAE's weights' file is read for its own, if that has not been done before. Weights that were in
     * no file are compared by what their source calls them.
     *
     * @param sae the SAE that is to decode them
     * @throws DataException if another made them, or it has no file of weights to be compared
     * @throws io.github.sae4j.core.SaeException if the weights' file can no longer be read
     */
    public void requireMadeBy(SparseAutoencoder sae) {
        requireMadeBy(sae.source(), Setting.ofSae(sae));
    }

    /**
     * Checks that a set of layers made the features, as {@link #requireMadeBy} does an SAE.
     *
     * @param set where the weights of the set that is to decode them come from
     * @throws DataException if another made them
     */
    public void requireMadeBySet(SaeSource set) {
        requireMadeBy(set, Setting.ofSet(set));
    }

    private void requireMadeBy(SaeSource source, List<Setting.Value> settings) {
        Provenance made = provenance();
        Optional<String> sha256 = made.saeSha256();
        List<Setting.Value> wereSet = made.saeSettings();
        if (sha256.isPresent()) {
            requireWeights(made, sha256.get(), source);
        } else if (made.version().isPresent()) {
            requireName(made.saeSource().orElse(""), source.description());
        }
        boolean tellsSettings =
                sha256.isPresent() || !wereSet.isEmpty() || made.version().isPresent();
        if (tellsSettings && !made.hasSettings(settings)) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            fileName() + " was encoded with ",
                            spoken(wereSet),
                            ", so it is not decoded with ",
                            spoken(settings),
                            "."));
        }
    }

    private void requireWeights(Provenance made, String sha256, SaeSource source) {
        String found = source.sha256().orElse("in no file");
        if (!sha256.equals(found)) {
            throw new DataException(
                    Reason.MISMATCH,
                    fileName() + " was encoded with other weights ("
                            + made.sae().orElse("unnamed") + ", SHA-256 " + sha256 + ") than those of "
                            + decoderName + " (" + found + ").");
        }
    }

    /** Of weights that are in no file nothing else is known. */
    private void requireName(String made, String found) {
        if (!made.isEmpty() && !made.equals(found)) {
            throw new DataException(
                    Reason.MISMATCH,
                    fileName() + " was encoded with the weights " + Quoted.of(made) + ", so it is not decoded with "
                            + Quoted.of(found) + ".");
        }
    }

    private static Object spoken(List<Setting.Value> settings) {
        return settings.isEmpty() ? "no settings that change the SAE" : settings;
    }

    /**
     * Reads the next tokens; in a file that was opened for a set of layers each of them in all layers.
     *
     * @param maxTokens how many at most, at least 1
     * @return their features, with one leading axis, the layers of a token behind one another; no token after the end
     * @throws IllegalArgumentException if that is less than 1
     * @throws DataException if the file cannot be read or its features are not valid
     */
    public SparseFeatures next(int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("At least 1 token must be asked for, but " + maxTokens + " were.");
        }
        int ofToken = Math.max(1, layout.layers());
        return rows.next(Math.min(maxTokens, Integer.MAX_VALUE / ofToken) * ofToken);
    }

    @Override
    public void close() {
        file.close();
    }
}
