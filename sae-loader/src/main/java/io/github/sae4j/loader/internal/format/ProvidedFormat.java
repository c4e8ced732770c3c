package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.loader.format.FormatParts;
import io.github.sae4j.loader.format.SaeFormat;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A layout that others provide. */
record ProvidedFormat(SaeFormat format) implements FileLayout {

    private static final Logger LOG = LoggerFactory.getLogger(Formats.class);

    @Override
    public String label() {
        return format.label();
    }

    @Override
    public List<String> markers() {
        return format.markers();
    }

    @Override
    public boolean fits(SaeFolder place) {
        return !Format.isFileName(place) && format.recognises(new ProvidedFolder(place));
    }

    /**
     * Reads the files, and refuses what the format leaves of them.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if a file is missing, or what it says cannot be used or is not understood
     */
    Formats.Opened open(Reading reading, Formats.Settings settings) {
        ProvidedReading files = new ProvidedReading(reading, settings);
        FormatParts parts = format.read(files);
        SaeConfig config = parts.config();
        NormScaling scaling = new NormScaling(reading.place(), settings);
        scaling.requireFitting(1);
        @Nullable
        Double published = parts.normScalingFactor().isPresent()
                ? parts.normScalingFactor().getAsDouble()
                : null;
        double inputScale = scaling.factor(config.normalization(), published);
        Weights weights = files.close(label(), config.architecture().label());
        if (!weights.conversions().isEmpty()) {
            LOG.info("{}: {}", weights.path(), String.join(", ", weights.conversions()));
        }
        SaeBuilder builder = parts.toBuilder()
                .normScalingFactor(inputScale)
                .source(reading.source(
                        weights,
                        settings.with(
                                reading.accounts().letThrough(),
                                scaling.ofRegistry(config.normalization(), published),
                                files::hasRead)));
        return new Formats.Opened(config, inputScale, weights, builder);
    }
}
