package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.SaeSetException;
import io.github.sae4j.loader.internal.KeptHashes;
import io.github.sae4j.loader.internal.OpenedWith;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.SaeLensFiles;
import io.github.sae4j.loader.internal.format.CfgJson.Declared;
import io.github.sae4j.loader.internal.json.StrictJson;
import io.github.sae4j.loader.internal.names.Registry;
import io.github.sae4j.tensors.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the files of an SAE, whatever their layout, to its parts. */
public final class Formats {

    private static final Logger LOG = LoggerFactory.getLogger(Formats.class);

    private final SaeFolder place;
    private final Settings settings;

    private Formats(SaeFolder place, Settings settings) {
        this.place = place;
        this.settings = settings;
    }

    /**
     * What is known beside the files.
     *
     * @param format the layout's name, or null to take that of the registry or recognise it
     * @param facts what the registry knows, or null
     * @param overrides the configuration's fields that the user knows better
     * @param normScalingFactor the user's factor, or one for each of several models or layers side by side; or null
     * @param type the matrices' number format, or null for the stored one
     * @param allowedUnknown the tensors and fields that the user lets through although nothing understands them
     * @param allowNonFinite whether weights may hold NaN and infinity
     * @param hashes may know the SHA-256 of the files
     */
    @SuppressWarnings("ArrayRecordComponent") // Copied by who sets it.
    public record Settings(
            @Nullable String format,
            Registry.@Nullable Facts facts,
            JsonObject overrides,
            double @Nullable [] normScalingFactor,
            @Nullable WeightType type,
            Set<String> allowedUnknown,
            boolean allowNonFinite,
            KeptHashes hashes) {

        /** Returns the fields of the configuration that the registry knows better, and over them the user's. */
        JsonObject allOverrides() {
            JsonObject fields = new JsonObject();
            if (facts != null) {
                facts.overrides().entrySet().stream()
                        .filter(field -> !(field.getValue() instanceof JsonObject))
                        .forEach(field -> fields.add(field.getKey(), field.getValue()));
            }
            overrides.entrySet().forEach(field -> fields.add(field.getKey(), field.getValue()));
            return fields;
        }

        /**
         * Returns all that the user set, and what the registry knows that changes what is computed.
         *
         * @param letThrough the tensors and fields that were let through
         * @param ofRegistry the registry's factor, if it is the one that counts
         * @param isComputedWith tells whether a field that the registry knows changes what is computed
         */
        OpenedWith with(List<String> letThrough, OptionalDouble ofRegistry, Predicate<String> isComputedWith) {
            SortedMap<String, String> fields = new TreeMap<>();
            allOverrides().entrySet().stream()
                    .filter(field -> overrides.has(field.getKey()) || isComputedWith.test(field.getKey()))
                    .forEach(
                            field -> fields.put(field.getKey(), field.getValue().getAsString()));
            DoubleStream factors = normScalingFactor == null ? ofRegistry.stream() : DoubleStream.of(normScalingFactor);
            return new OpenedWith(
                    Optional.ofNullable(format),
                    factors.boxed().toList(),
                    Collections.unmodifiableSortedMap(fields),
                    List.copyOf(letThrough));
        }
    }

    /**
     * Returns an SAE with everything but the settings that are the user's. The matrices are the weights file's own pages
     * where they can be.
     *
     * @throws SaeLoadException if no layout fits, a file is missing, or what it says cannot be used
     * @throws io.github.sae4j.tensors.TensorFileException if a file of tensors cannot be read
     */
    public static SaeBuilder read(SaeFolder place, Settings settings) {
        return new Formats(place, settings).read();
    }

    /**
     * Returns what the files of an SAE say without their weights, of which no more is read than the layout needs.
     *
     * @throws SaeLoadException as {@link #read} does
     */
    public static Described describe(SaeFolder place, Settings settings) {
        return new Formats(place, settings).describe();
    }

    /** Returns the names of the layouts that can be asked for. */
    public static List<String> labels() {
        return FileLayouts.all().stream().map(FileLayout::label).toList();
    }

    private SaeBuilder read() {
        try (Reading reading = reading(false)) {
            return open(reading).builder();
        }
    }

    private Described describe() {
        try (Reading reading = reading(true)) {
            Opened opened = open(reading);
            SaeSource source = reading.source(
                    opened.weights(), OpenedWith.allowing(reading.accounts().letThrough()));
            return new Described(
                    source.description(),
                    source.repository(),
                    source.commit(),
                    opened.config(),
                    opened.builder().capabilities(),
                    opened.inputScale(),
                    reading.tensors().stream().map(Formats::described).toList(),
                    reading.accounts().uses(),
                    reading.read(),
                    Optional.ofNullable(settings.facts()).map(Registry.Facts::sae));
        }
    }

    /** What the files came to, whatever their layout. */
    record Opened(SaeConfig config, double inputScale, Weights weights, SaeBuilder builder) {}

    private Reading reading(boolean headersOnly) {
        return new Reading(
                place,
                settings.facts(),
                settings.allOverrides(),
                new Accounts(settings.allowedUnknown(), StrictJson.names(settings.overrides())),
                headersOnly,
                settings.hashes());
    }

    private Opened open(Reading reading) {
        FileLayout layout = layout();
        if (layout instanceof ProvidedFormat provided) {
            return provided.open(reading, settings);
        }
        Parts parts = ((Format) layout).read(reading);
        Declared declared = declared(reading, parts);
        @Nullable
        Double published = parts.normScalingFactor() == null ? declared.inputScale() : parts.normScalingFactor();
        double inputScale =
                parts.layoutScale() * scaling().factor(declared.config().normalization(), published);
        SaeBuilder builder = assemble(reading, parts, declared, inputScale);
        if (parts.isDeclared()) {
            declared.closeParameters(reading.accounts());
        }
        reading.requireOverridesRead(
                declared.unread(),
                StrictJson.names(settings.overrides()),
                declared.config().architecture().label(),
                declared.readable());
        reading.accounts().requireAllMet(place.label());
        Set<String> unread = declared.unread();
        builder.source(reading.source(
                parts.weights(),
                settings.with(
                        reading.accounts().letThrough(),
                        scaling().ofRegistry(declared.config().normalization(), published),
                        field -> !CfgJson.DESCRIPTIVE.contains(field) && reading.hasRead(field, unread))));
        return new Opened(declared.config(), inputScale, parts.weights(), builder);
    }

    private NormScaling scaling() {
        return new NormScaling(place, settings);
    }

    private static Described.Tensor described(Tensor tensor) {
        return new Described.Tensor(
                tensor.name(),
                tensor.type().name(),
                Arrays.stream(tensor.shape()).boxed().toList());
    }

    private FileLayout layout() {
        @Nullable String named = settings.format();
        if (named == null && settings.facts() != null) {
            named = settings.facts().format();
        }
        if (named != null) {
            String label = named;
            return FileLayouts.all().stream()
                    .filter(format -> format.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new SaeLoadException(
                            Reason.INVALID_ARGUMENT,
                            "The format \"" + label + "\" of " + place.label() + " is not known. Known are: "
                                    + String.join(", ", labels()) + "."));
        }
        if (!Format.isFileName(place)) {
            // What is asked for first may be fetched, and most SAEs have this; it is small.
            place.has(SaeLensFiles.CONFIG);
        }
        return FileLayouts.all().stream()
                .filter(format -> format.fits(place))
                .findFirst()
                .orElseThrow(this::noSae);
    }

    private SaeLoadException noSae() {
        Optional<SaeSetException> set = LayerSet.insteadOfSae(place);
        return set.isPresent() ? set.get() : unrecognised();
    }

    private SaeLoadException unrecognised() {
        Set<String> markers = new LinkedHashSet<>();
        Map<String, String> lacking = new TreeMap<>();
        for (FileLayout format : FileLayouts.all()) {
            format.markers().stream().reduce((one, next) -> next).ifPresent(markers::add);
            List<String> absent = format.markers().stream()
                    .filter(marker -> !place.has(marker))
                    .toList();
            if (absent.size() < format.markers().size()) {
                lacking.put(format.label(), String.join(" and ", absent));
            }
        }
        String sentence = lacking.isEmpty()
                ? ""
                : lacking.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", ", " What is lacking: for ", "."));
        return place.unrecognised(markers, sentence);
    }

    private static Declared declared(Reading reading, Parts parts) {
        JsonObject config = reading.overridden(parts.config());
        return parts.isDeclared()
                ? CfgJson.read(config, parts.origin(), reading.accounts())
                : CfgJson.readWritten(config, parts.origin());
    }

    private SaeBuilder assemble(Reading reading, Parts parts, Declared declared, double inputScale) {
        SaeConfig config = declared.config();
        Weights weights = parts.weights();
        weights.sizesAreFrom(parts.origin() + " says d_in = " + config.dIn() + " and d_sae = " + config.dSae());
        weights.inType(settings.type());
        weights.allowNonFinite(settings.allowNonFinite());
        SaeBuilder builder = SparseAutoencoder.builder(config).normScalingFactor(inputScale);
        if (parts.segments() > 1) {
            builder.segments(parts.segments());
        }
        addFactors(parts, config, builder);
        declared.architecture().recipe().add(builder, parts, declared.parameters(), config);
        if (parts.noDecoder() == null) {
            builder.decoder(weights.matrix("W_dec", config.dSae(), config.dOut()))
                    .decoderBias(weights.vector("b_dec", config.dOut()));
            if (declared.architecture().hasSkip()) {
                builder.skip(weights.matrix("W_skip", config.dOut(), config.dIn()));
            }
        } else {
            builder.withoutDecoder(parts.noDecoder());
        }
        if (parts.sparsity() != null) {
            parts.sparsity().sizesAreFrom("d_sae is " + config.dSae());
            // A feature that never fired has the logarithm of zero.
            parts.sparsity().allowNonFinite(true);
            builder.sparsity(parts.sparsity().vector("sparsity", config.dSae()));
            parts.sparsity().close(reading.accounts(), "firing frequencies");
        }
        weights.close(reading.accounts(), "a " + config.architecture() + " SAE");
        if (!weights.conversions().isEmpty()) {
            LOG.info("{}: {}", weights.path(), String.join(", ", weights.conversions()));
        }
        return builder;
    }

    /** Adds what is not one factor for all activations. */
    private void addFactors(Parts parts, SaeConfig config, SaeBuilder builder) {
        double @Nullable [] users = settings.normScalingFactor();
        if (parts.factors() != null) {
            if (users != null) {
                throw new SaeLoadException(
                        Reason.SETTING_REFUSED,
                        place.label() + " has factors of its own for its activations and its"
                                + " reconstructions in its files, so that a norm scaling factor cannot be given.");
            }
            parts.factors().accept(builder);
        } else if (users != null && users.length > 1) {
            scaling().requireFitting(parts.segments());
            Affine.ofSegments(config.dIn(), users).accept(builder);
        }
    }
}
