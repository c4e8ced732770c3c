package io.github.sae4j.loader;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeCapabilities;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SaeRuntime;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.ClassPath;
import io.github.sae4j.loader.internal.FailureBelow;
import io.github.sae4j.loader.internal.format.LayerSet;
import io.github.sae4j.loader.internal.json.StrictJson;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The SAEs of several layers that belong together, a cross-layer transcoder or a crosscoder: each layer encodes its own
 * activations, and its features are decoded to several layers. What comes out for layer T is
 * {@code b_dec[T] + Σ features[l] W_dec[l → T]} over the layers {@code l <= T}; for Gemma Scope 2's sets, whose files have
 * decoders to earlier layers too, over all.
 *
 * <pre>{@code
 * try (SaeSet set = SAE.openSet(folder)) {
 *     LayeredFeatures features = set.encode(layered);     // float[tokens][layers][d]
 *     float[][][] back = set.decode(features);            // [tokens][layers][d]
 * }
 * }</pre>
 *
 * <p>Opening reads the headers of all files. A layer's weights are opened when they are first needed, and fetched if they are
 * not on this machine: encoders for encoding, and for decoding those decoders whose layers have active features. Weights are
 * the mapped files' own pages, of which decoding touches the rows of active features only, so the heap stays small whatever
 * the size. Decoders stay in host memory, also where encoders are on a CUDA device.
 *
 * <p>Any number of threads may use a set at once. Closing it waits for the calls that run; later calls throw
 * {@link IllegalStateException}. All methods throw {@link NullPointerException} when an argument is null, {@link SaeException}
 * when one does not fit, and {@link SaeLoadException} when the files of a layer that is first needed cannot be fetched or used.
 *
 * @since 0.1
 */
public final class SaeSet implements AutoCloseable {

    static final String CLOSED = "This set of layers is closed already.";

    /** So many numbers of one layer's decoding are in memory at a time: 64 MiB. */
    private static final int DECODED_AT_ONCE = 1 << 24;

    private final LayerSet files;
    private final Settings settings;
    private final LazySaes encoders;
    private final LazySaes decoders;
    private final LazySaes skips;
    private final float[] @Nullable [] biases;
    private final Object lock = new Object();
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private volatile boolean closed;

    /**
     * How an SAE, or each layer of a set, is opened.
     *
     * @param device where it encodes, or null for the default
     * @param kernel what does the arithmetic, or null for the default
     * @param runtime the threads that Java's kernels compute with, or null for the default
     * @param allowNonFinite whether NaN and infinity are let through
     */
    record Settings(
            @Nullable Device device,
            @Nullable Kernel kernel,
            @Nullable SaeRuntime runtime,
            boolean allowNonFinite) {

        SparseAutoencoder build(SaeBuilder builder, @Nullable Device where) {
            if (where != null) {
                builder.device(where);
            }
            if (kernel != null) {
                builder.kernel(kernel);
            }
            if (runtime != null) {
                builder.runtime(runtime);
            }
            return builder.allowNonFinite(allowNonFinite).build();
        }
    }

    SaeSet(LayerSet files, Settings settings) {
        this.files = files;
        this.settings = settings;
        this.biases = new float[files.layers()][];
        this.encoders = new LazySaes(
                files.layers(), layer -> opened(() -> settings.build(files.encoder(layer), settings.device())), lock);
        this.decoders = new LazySaes(
                files.layers(), layer -> opened(() -> settings.build(files.decoder(layer), Device.cpu())), lock);
        this.skips = new LazySaes(
                files.layers(), layer -> opened(() -> settings.build(files.skip(layer), Device.cpu())), lock);
    }

    private <T> T opened(Supplier<T> opening) {
        try {
            return ClassPath.whole(() -> FailureBelow.reported(opening));
        } catch (SaeException e) {
            throw new SaeLoadException(Reason.CANNOT_OPEN, files.label() + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** Returns the number of layers. */
    public int layers() {
        return files.layers();
    }

    /** Returns the width of an activation of one layer. */
    public int d() {
        return files.config(0).dIn();
    }

    /** Returns the number of features of one layer. */
    public int dSae() {
        return files.config(0).dSae();
    }

    /**
     * Returns what the set can do, with the reasons for what it cannot; without {@link SaeCapability#DECODE_WHOLLY},
     * reconstructing adds a skip term to what the features decode to.
     */
    public SaeCapabilities capabilities() {
        return files.capabilities();
    }

    /**
     * Returns where the files came from. {@link SaeSource#sha256()} is taken of the layers' {@code b_enc}, {@code b_dec} and
     * thresholds as float32, one after the other, not of all weights; it fetches the files that have them.
     */
    public SaeSource source() {
        return files.source();
    }

    /**
     * Returns what is known of a layer.
     *
     * @param layer from 0 to {@code layers() - 1}
     * @throws SaeException if there is no such layer
     */
    public SetLayer layer(int layer) {
        requireLayer(layer);
        SaeConfig config = files.config(layer);
        @Nullable String written = config.otherFields().get("metadata.hook_name_out");
        return new SetLayer(
                layer,
                files.member(layer),
                config,
                config.metadata().hookName(),
                Optional.ofNullable(written).map(json -> StrictJson.parse(json).getAsString()));
    }

    /**
     * Opens one layer as an SAE that encodes. It is closed by itself, and may outlive the set.
     *
     * @param layer from 0 to {@code layers() - 1}
     * @return the SAE, which the caller closes
     * @throws SaeException if there is no such layer
     */
    public SparseAutoencoder sae(int layer) {
        requireLayer(layer);
        return whileOpen(() -> {
            synchronized (lock) {
                return opened(() -> settings.build(files.encoder(layer), settings.device()));
            }
        });
    }

    /**
     * Encodes the activations of one layer.
     *
     * @param layer from 0 to {@code layers() - 1}
     * @param activations {@code [tokens][d]}
     * @return features with one leading axis
     */
    public SparseFeatures encode(int layer, float[][] activations) {
        requireLayer(layer);
        return whileOpen(() -> encoders.get(layer).encode(activations));
    }

    /**
     * Encodes the activations of all layers.
     *
     * @param activations {@code [tokens][layers][d]}
     */
    public LayeredFeatures encode(float[][][] activations) {
        requireShape(activations);
        return whileOpen(() -> new LayeredFeatures(IntStream.range(0, layers())
                .mapToObj(layer -> encoders.get(layer).encode(ofLayer(activations, layer)))
                .toList()));
    }

    /**
     * Decodes to all layers, by adding up the decoders' rows of the features that are active. A skip term is not in the result.
     *
     * @param features of all layers
     * @return {@code [tokens][layers][d]}
     */
    public float[][][] decode(LayeredFeatures features) {
        requireFitting(features);
        return whileOpen(() -> decoded(features));
    }

    /**
     * Encodes and decodes; the skip term of each layer is added, {@code x W_skip}<sup>T</sup>, if there is one.
     *
     * @param activations {@code [tokens][layers][d]}
     * @return the reconstruction, {@code [tokens][layers][d]}
     */
    public float[][][] reconstruct(float[][][] activations) {
        return whileOpen(() -> complete(activations, decode(encode(activations))));
    }

    /**
     * Decodes, and adds the skip term of each layer, if there is one.
     *
     * @param activations {@code [tokens][layers][d]}
     * @param features what {@link #encode(float[][][])} made of them, or what became of it
     * @return the reconstruction, {@code [tokens][layers][d]}
     */
    public float[][][] reconstruct(float[][][] activations, LayeredFeatures features) {
        requireShape(activations);
        return whileOpen(() -> complete(activations, decode(features)));
    }

    private float[][][] decoded(LayeredFeatures features) {
        float[][][] out = new float[features.tokens()][layers()][];
        for (int layer = 0; layer < layers(); layer++) {
            float[] bias = bias(layer);
            for (float[][] token : out) {
                token[layer] = bias.clone();
            }
        }
        int step = Math.max(1, DECODED_AT_ONCE / (layers() * d()));
        for (int from = 0; from < out.length; from += step) {
            int to = Math.min(out.length, from + step);
            LayeredFeatures part = from == 0 && to == out.length ? features : features.slice(from, to);
            for (int layer = 0; layer < layers(); layer++) {
                // Where nothing is active, nothing is added, and the decoder need not be opened.
                if (part.layer(layer).activeCount() > 0) {
                    add(decoders.get(layer).decode(part.layer(layer)), files.firstTarget(layer), out, from);
                }
            }
        }
        return out;
    }

    /** Adds what a layer's features write to all its targets, {@code [tokens][targets * d]}. */
    private static void add(float[][] written, int firstTarget, float[][][] out, int firstToken) {
        for (int token = 0; token < written.length; token++) {
            float[] row = written[token];
            int at = 0;
            for (int target = firstTarget; at < row.length; target++) {
                float[] sum = out[firstToken + token][target];
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += row[at + i];
                }
                at += sum.length;
            }
        }
    }

    private float[][][] complete(float[][][] activations, float[][][] out) {
        if (!capabilities().has(SaeCapability.DECODE_WHOLLY)) {
            for (int layer = 0; layer < layers(); layer++) {
                add(skips.get(layer).reconstruct(ofLayer(activations, layer)), layer, out, 0);
            }
        }
        return out;
    }

    private float[] bias(int layer) {
        synchronized (lock) {
            float @Nullable [] bias = biases[layer];
            if (bias == null) {
                bias = opened(() -> files.decoderBias(layer));
                biases[layer] = bias;
            }
            return bias;
        }
    }

    private static float[][] ofLayer(float[][][] activations, int layer) {
        float[][] rows = new float[activations.length][];
        for (int token = 0; token < rows.length; token++) {
            rows[token] = activations[token][layer];
        }
        return rows;
    }

    /** Waits for the calls that run and releases the weights; closing again does nothing. */
    @Override
    public void close() {
        open.writeLock().lock();
        releaseAndUnlock();
    }

    private void releaseAndUnlock() {
        try {
            closed = true;
            encoders.close();
            decoders.close();
            skips.close();
        } finally {
            open.writeLock().unlock();
        }
    }

    /**
     * Closes within a time: waits for the calls that run, as {@link #close()} does, but ends those early that take longer. They
     * throw {@link SaeException} or {@link IllegalStateException}. A layer that is being opened or fetched is waited for.
     *
     * @param longest how long calls may go on
     */
    public void close(Duration longest) {
        SAE.requirePresent(longest, "longest");
        boolean locked = false;
        try {
            locked = open.writeLock().tryLock(TimeUnit.NANOSECONDS.convert(longest), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!locked) {
            stop();
            open.writeLock().lock();
        }
        releaseAndUnlock();
    }

    private void stop() {
        closed = true;
        encoders.stop();
        decoders.stop();
        skips.stop();
    }

    private <T> T whileOpen(Supplier<T> work) {
        open.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException(CLOSED);
            }
            return work.get();
        } finally {
            open.readLock().unlock();
        }
    }

    private void requireLayer(int layer) {
        if (layer < 0 || layer >= layers()) {
            throw new SaeException("There is no layer " + layer + ": this set has " + layers() + ", counted from 0.");
        }
    }

    private void requireShape(float[][][] activations) {
        SAE.requirePresent(activations, "activations");
        for (int token = 0; token < activations.length; token++) {
            float[][] ofToken = activations[token];
            if (ofToken == null || ofToken.length != layers()) {
                String name = "activations[" + token + "]";
                int found = SAE.requirePresent(ofToken, name).length;
                throw new SaeException(name + " has " + found + " layers, but this set takes " + layers() + ".");
            }
            for (int layer = 0; layer < ofToken.length; layer++) {
                if (ofToken[layer] == null || ofToken[layer].length != d()) {
                    String name = "activations[" + token + "][" + layer + "]";
                    int values = SAE.requirePresent(ofToken[layer], name).length;
                    throw new SaeException(name + " has " + values + " values, but this set takes d = " + d() + ".");
                }
            }
        }
    }

    private void requireFitting(LayeredFeatures features) {
        SAE.requirePresent(features, "features");
        if (features.layers().size() != layers() || features.dSae() != dSae()) {
            throw new SaeException("The features are of " + features.layers().size() + " layers with d_sae = "
                    + features.dSae() + ", but this set has " + layers() + " with d_sae = " + dSae() + ".");
        }
    }
}
