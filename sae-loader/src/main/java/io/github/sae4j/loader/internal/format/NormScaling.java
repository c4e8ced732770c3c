package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.Normalization;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What activations are multiplied by before they are encoded: users, publishers and the registry may say it. */
record NormScaling(SaeFolder place, Formats.Settings settings) {

    private static final Logger LOG = LoggerFactory.getLogger(Formats.class);

    /**
     * Returns the factor of all activations. The user's word counts most, then the publisher's, then the registry's.
     *
     * @param published what the publisher's files say, or null
     */
    double factor(Normalization normalization, @Nullable Double published) {
        double @Nullable [] users = settings.normScalingFactor();
        if (users != null) {
            return users.length == 1 ? users[0] : 1;
        }
        if (published != null) {
            return published;
        }
        if (normalization != Normalization.EXPECTED_AVERAGE_ONLY_IN) {
            return 1;
        }
        OptionalDouble known = ofRegistry(normalization, published);
        if (known.isEmpty()) {
            LOG.warn(
                    "{} was trained with normalize_activations = {}, a factor that its publisher folds into the weights"
                            + " or gives beside them; none is given here, so activations are used as they are",
                    place.label(),
                    normalization.label());
            return 1;
        }
        return known.getAsDouble();
    }

    /**
     * Returns the registry's factor if it is the one that counts.
     *
     * @param published what the publisher's files say, or null
     */
    OptionalDouble ofRegistry(Normalization normalization, @Nullable Double published) {
        return settings.normScalingFactor() == null
                        && published == null
                        && normalization == Normalization.EXPECTED_AVERAGE_ONLY_IN
                        && settings.facts() != null
                ? settings.facts().sae().normScalingFactor()
                : OptionalDouble.empty();
    }

    /**
     * Checks that the user's factors are one, or one for each segment.
     *
     * @throws SaeLoadException if they are another number of factors
     */
    void requireFitting(int segments) {
        double @Nullable [] users = settings.normScalingFactor();
        if (users == null || users.length == 1 || users.length == segments) {
            return;
        }
        throw new SaeLoadException(
                Reason.SETTING_REFUSED,
                users.length + " norm scaling factors are given, but " + place.label() + " takes "
                        + (segments == 1 ? "one." : "one, or one for each of its " + segments + " segments."));
    }
}
