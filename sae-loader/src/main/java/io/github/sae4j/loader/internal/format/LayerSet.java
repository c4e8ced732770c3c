package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeCapabilities;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.SaeSetException;
import io.github.sae4j.loader.internal.KeptHashes;
import io.github.sae4j.loader.internal.OpenedWith;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.SetSource;
import io.github.sae4j.loader.internal.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of a set of layers: all headers have been read and fit each other, weights are read layer by layer as they are
 * asked for.
 */
public final class LayerSet {

    private static final List<SetLayout> ALL = List.of(new CircuitTracerSet(), new GemmaScope2Set());

    private final SaeFolder place;
    private final SetLayout layout;
    private final List<SaeConfig> configs;
    private final SaeCapabilities capabilities;
    private final SaeSource source;
    private final Settings settings;

    private LayerSet(SaeFolder place, SetLayout layout, Headers headers, Settings settings) {
        this.place = place;
        this.layout = layout;
        this.configs = List.copyOf(headers.configs);
        this.capabilities = capabilities(headers.skip);
        this.source = new SetSource(place, List.copyOf(headers.files), headers.accounts.letThrough(), this::sha256);
        this.settings = settings;
    }

    /**
     * What is known beside the files.
     *
     * @param type the matrices' number format, or null for the stored one
     * @param allowedUnknown the tensors and fields that the user lets through although nothing understands them
     * @param allowNonFinite whether weights may hold NaN and infinity
     */
    public record Settings(@Nullable WeightType type, Set<String> allowedUnknown, boolean allowNonFinite) {}

    /**
     * Reads the headers of all files. Of those that are not on this machine, nothing else is fetched.
     *
     * @throws SaeLoadException if this is no set, files are missing, they do not fit each other, or something in them is not
     *     understood
     */
    public static LayerSet read(SaeFolder place, Settings settings) {
        // What is asked for first may be fetched, so that is small.
        place.has(CircuitTracerSet.CONFIG);
        SaeFolder headersOnly = place.headersOnly();
        SetLayout layout = layout(headersOnly)
                .orElseThrow(
                        () -> new SaeLoadException(
                                Reason.NOT_RECOGNISED,
                                place.label()
                                        + " is no set of layers that is recognised. Sets have the files W_enc_0.safetensors and"
                                        + " W_dec_0.safetensors, or params_layer_0.safetensors, and one for each other layer."));
        Headers headers = new Headers(layout, headersOnly, new Accounts(settings.allowedUnknown(), Set.of()));
        headers.readAll();
        headers.accounts.requireAllMet(place.label());
        return new LayerSet(place, layout, headers, settings);
    }

    /** Returns the exception for a place that was to be an SAE, if it is a set of layers. */
    static Optional<SaeSetException> insteadOfSae(SaeFolder place) {
        return layout(place)
                .map(layout -> new SaeSetException(place.label() + " is a set of layers (" + layout.kind()
                        + "), not one SAE. openSet() opens it. One layer by itself is named " + layout.member(0)
                        + " in it, and encodes only."));
    }

    /** Returns why one layer of a set cannot decode. */
    static String noDecoder(SaeFolder set) {
        return "This is one layer of a cross-layer transcoder or crosscoder: its features are decoded to several layers"
                + " together with those of other layers, so one layer alone has no reconstruction. It can encode. The set, "
                + set.label() + ", decodes.";
    }

    private static Optional<SetLayout> layout(SaeFolder place) {
        return Format.isFileName(place)
                ? Optional.empty()
                : ALL.stream().filter(layout -> layout.fits(place)).findFirst();
    }

    /** Returns the set's name in sentences. */
    public String label() {
        return place.label();
    }

    /** Returns where the files came from. */
    public SaeSource source() {
        return source;
    }

    /** Returns the number of layers. */
    public int layers() {
        return configs.size();
    }

    /** Returns the name under which a layer is opened by itself, relative to the set. */
    public String member(int layer) {
        return layout.member(layer);
    }

    /** Returns what a layer's encoder computes. */
    public SaeConfig config(int layer) {
        return configs.get(layer);
    }

    /** Returns what the set can do, with the reasons for what it cannot. */
    public SaeCapabilities capabilities() {
        return capabilities;
    }

    private static SaeCapabilities capabilities(boolean skip) {
        SaeCapabilities ofAny = SaeCapabilities.all()
                .without(
                        SaeCapability.FOLD_DECODER_NORMS,
                        "The norms of the decoders' rows cannot be folded into a set of layers: a feature has a row for each"
                                + " layer that it is decoded to.")
                .without(
                        SaeCapability.ENCODE_SOME_FEATURES,
                        "A set of layers encodes all features of a layer; one layer, opened by itself, may encode some.");
        return skip
                ? ofAny.without(
                        SaeCapability.DECODE_WHOLLY,
                        "The skip terms come from the activations, and are not in the features.")
                : ofAny;
    }

    /** Returns the layer that the first of a decoder's targets is. */
    public int firstTarget(int layer) {
        return layout.firstTarget(layer);
    }

    /** Fetches all files. */
    public void download() {
        for (int layer = 0; layer < layers(); layer++) {
            try (Reading reading = reading()) {
                layout.encoder(reading, layer);
                layout.decoder(reading, layer);
            }
        }
    }

    private String sha256() {
        Sha256 sha = new Sha256();
        for (int layer = 0; layer < layers(); layer++) {
            SaeConfig config = configs.get(layer);
            try (Reading reading = reading()) {
                Weights weights = ready(layout.encoder(reading, layer));
                update(sha, weights.vector("b_enc", config.dSae()));
                update(sha, weights.vector("b_dec", config.dIn()));
                if (weights.contains("threshold")) {
                    update(sha, weights.vector("threshold", config.dSae()));
                }
            }
        }
        return sha.hex();
    }

    private static void update(Sha256 sha, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        sha.update(bytes);
    }

    /** Returns a layer that encodes. */
    public SaeBuilder encoder(int layer) {
        SaeConfig config = configs.get(layer);
        try (Reading reading = reading()) {
            Weights weights = ready(layout.encoder(reading, layer));
            return SparseAutoencoder.builder(config)
                    .encoder(weights.matrix("W_enc", config.dIn(), config.dSae()))
                    .activation(layout.rule(weights, config.dSae()))
                    .withoutDecoder(noDecoder(place))
                    .source(reading.source(weights, OpenedWith.allowing(source.allowedUnknown())));
        }
    }

    /**
     * Returns a layer that decodes to all its targets, which are laid side by side: {@code [d_sae, targets * d]}. It adds no
     * bias. Of its decoder, gigabytes of which few rows are ever read, nothing is looked at beforehand: numbers that are not
     * finite show in results.
     */
    public SaeBuilder decoder(int layer) {
        SaeConfig config = configs.get(layer);
        int targets = layers() - firstTarget(layer);
        if ((long) targets * config.dIn() > Integer.MAX_VALUE / Long.BYTES) {
            throw new SaeLoadException(
                    Reason.UNSUPPORTED,
                    place.label() + ": W_dec has rows of " + (long) targets * config.dIn() + " numbers, but at most "
                            + Integer.MAX_VALUE / Long.BYTES + " are read.");
        }
        int width = targets * config.dIn();
        try (Reading reading = reading()) {
            Weights encoder = layout.encoder(reading, layer);
            Weights decoder = layout.decoder(reading, layer).flatten("W_dec", new int[] {0, 1, 2}, 1);
            encoder.allowNonFinite(true);
            decoder.allowNonFinite(true);
            decoder.inType(settings.type());
            return SparseAutoencoder.builder(withWidth(config, config.dSae(), width))
                    .encoder(
                            encoder.matrix("W_enc", config.dIn(), config.dSae()).takenAsFinite())
                    .activation(Relu.of(new float[config.dSae()]))
                    .decoder(decoder.matrix("W_dec", config.dSae(), width).takenAsFinite())
                    .decoderBias(new float[width])
                    .source(reading.source(decoder, OpenedWith.allowing(source.allowedUnknown())));
        }
    }

    /** Returns an SAE without features that reconstructs a layer's skip term; only of a set that has such. */
    public SaeBuilder skip(int layer) {
        int width = configs.get(layer).dIn();
        try (Reading reading = reading()) {
            Weights weights = ready(layout.encoder(reading, layer));
            return SparseAutoencoder.builder(withWidth(configs.get(layer), 1, width))
                    .encoder(WeightMatrix.of(new float[width][1]))
                    .activation(Relu.of(new float[1]))
                    .decoder(WeightMatrix.of(new float[1][width]))
                    .decoderBias(new float[width])
                    .skip(weights.matrix("W_skip", width, width))
                    .source(reading.source(weights, OpenedWith.allowing(source.allowedUnknown())));
        }
    }

    /** Returns what is added to what a layer is written, {@code [d]}. */
    public float[] decoderBias(int layer) {
        try (Reading reading = reading()) {
            return ready(layout.encoder(reading, layer))
                    .vector("b_dec", configs.get(layer).dIn());
        }
    }

    private static SaeConfig withWidth(SaeConfig config, int dSae, int dOut) {
        return config.toBuilder().dSae(dSae).dOut(dOut).build();
    }

    private Weights ready(Weights weights) {
        weights.inType(settings.type());
        weights.allowNonFinite(settings.allowNonFinite());
        return weights;
    }

    private Reading reading() {
        return new Reading(place, null, new JsonObject(), new Accounts(Set.of(), Set.of()), false, KeptHashes.none());
    }

    /** What the headers of a set's files say. */
    private static final class Headers {

        private final SetLayout layout;
        private final SaeFolder place;
        private final List<SaeConfig> configs = new ArrayList<>();
        private final Accounts accounts;
        private final Set<String> files = new LinkedHashSet<>();
        private boolean thresholds;
        private boolean skip;

        Headers(SetLayout layout, SaeFolder place, Accounts accounts) {
            this.layout = layout;
            this.place = place;
            this.accounts = accounts;
        }

        void readAll() {
            int layers = read(0, -1);
            for (int layer = 1; layer < layers; layer++) {
                read(layer, layers);
            }
            String more = layout.fileBehind(layers);
            if (place.has(more)) {
                throw new SaeLoadException(
                        Reason.INVALID_TENSORS,
                        place.label() + ": W_dec of layer 0 writes to " + layers + " layers, but there is a file "
                                + more + " too.");
            }
        }

        /** Reads a layer's headers and returns how many layers there are; the first layer's decoder tells that. */
        private int read(int layer, int known) {
            // Each layer's files are closed again, for a set may have more than a process may have open.
            try (Reading reading = new Reading(place, null, new JsonObject(), accounts, true, KeptHashes.none())) {
                Weights encoder = layout.encoder(reading, layer);
                Weights decoder = layout.decoder(reading, layer);
                long[] targets = decoder.shape("W_dec");
                if (targets.length != 3 || targets[1] < 1 || targets[1] > Short.MAX_VALUE) {
                    throw new SaeLoadException(
                            Reason.INVALID_TENSORS,
                            decoder.path() + ": W_dec of layer " + layer + " has the shape " + Arrays.toString(targets)
                                    + ", but should have three axes, [d_sae, layers, d].");
                }
                int layers = layer == 0 ? (int) targets[1] + layout.firstTarget(0) : known;
                JsonObject config =
                        layout.config(reading, encoder, layer, layers).json();
                configs.add(CfgJson.readWritten(config, layout.member(layer)).config());
                if (layer == 0) {
                    thresholds = encoder.contains("threshold");
                    skip = encoder.contains("W_skip");
                }
                requireFitting(layer, layers, encoder, decoder);
                files.addAll(reading.files());
                return layers;
            }
        }

        private void requireFitting(int layer, int layers, Weights encoder, Weights decoder) {
            int d = configs.get(0).dIn();
            int dSae = configs.get(0).dSae();
            requireShape(encoder, "W_enc", d, dSae);
            requireShape(encoder, "b_enc", dSae);
            requireShape(encoder, "b_dec", d);
            requireAlike(encoder, "threshold", thresholds, layer);
            requireAlike(encoder, "W_skip", skip, layer);
            if (thresholds) {
                requireShape(encoder, "threshold", dSae);
            }
            if (skip) {
                requireShape(encoder, "W_skip", d, d);
            }
            requireShape(decoder, "W_dec", dSae, layers - layout.firstTarget(layer), d);
            requireUnderstood(encoder);
            requireUnderstood(decoder);
        }

        private static void requireShape(Weights weights, String name, long... expected) {
            long[] found = weights.shape(name);
            if (!Arrays.equals(found, expected)) {
                throw new SaeLoadException(
                        Reason.INVALID_TENSORS,
                        weights.path() + ": " + name + " comes to the shape " + Arrays.toString(found)
                                + ", but layer 0 says that it should be " + Arrays.toString(expected) + ".");
            }
        }

        private static void requireAlike(Weights weights, String name, boolean expected, int layer) {
            if (weights.contains(name) != expected) {
                throw new SaeLoadException(
                        Reason.INVALID_TENSORS,
                        weights.path() + ": layer " + layer + " has "
                                + (expected ? "no tensor for " : "a tensor for ") + name + ", but layer 0 has "
                                + (expected ? "one." : "none."));
            }
        }

        private void requireUnderstood(Weights weights) {
            weights.expect("W_enc", "b_enc", "b_dec", "threshold", "W_skip", "W_dec")
                    .close(accounts, "a layer of a set");
        }
    }
}
