package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.SaeLensFiles;
import io.github.sae4j.loader.internal.json.StrictJson;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SAELens's layout: {@value SaeLensFiles#WEIGHTS}, {@value SaeLensFiles#CONFIG} and, if it was published,
 * {@value SaeLensFiles#SPARSITY}.
 */
final class SaeLensFormat implements Format {

    private static final Logger LOG = LoggerFactory.getLogger(SaeLensFormat.class);

    @Override
    public String label() {
        return "saelens";
    }

    @Override
    public List<String> markers() {
        return List.of(SaeLensFiles.CONFIG, SaeLensFiles.WEIGHTS);
    }

    /** The reference repository's authors may publish weights alone. */
    @Override
    public boolean fits(SaeFolder place) {
        return !Format.isFileName(place) && place.has(SaeLensFiles.WEIGHTS);
    }

    /** The configuration comes first, so that one that cannot be used costs no large download. */
    @Override
    public Parts read(Reading reading) {
        Optional<JsonObject> declared = reading.json(reading.place(), SaeLensFiles.CONFIG);
        declared.ifPresent(config ->
                CfgJson.read(reading.overridden(StrictJson.copy(config)), SaeLensFiles.CONFIG, reading.accounts()));
        Weights weights = reading.weights(SaeLensFiles.WEIGHTS);
        refuseScalingFactor(weights);
        Parts parts = declared.map(config -> Parts.declared(config, SaeLensFiles.CONFIG, weights))
                .orElseGet(() -> Parts.of(fromTensors(reading.place(), weights), "W_enc", weights));
        return parts.withSparsity(reading.extra(SaeLensFiles.SPARSITY));
    }

    /** Returns what the tensors say; the rest is as SAELens defaults it. */
    private static JsonObject fromTensors(SaeFolder place, Weights weights) {
        int dIn = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        String architecture = architectureOf(weights);
        LOG.warn(
                "{} has no {}: d_in = {} and d_sae = {} are taken from W_enc, and a {} SAE that subtracts b_dec from its"
                        + " input is assumed",
                place.label(),
                SaeLensFiles.CONFIG,
                dIn,
                dSae,
                architecture);
        return Config.ofTensors(architecture, dIn, dSae)
                .with("apply_b_dec_to_input", true)
                .json();
    }

    /** Returns the architecture whose tensors these are; top-k SAEs look like standard ones. */
    private static String architectureOf(Weights weights) {
        if (weights.contains("W_skip")) {
            throw new SaeLoadException(
                    Reason.NOT_FOUND,
                    weights.path() + " has a W_skip, as transcoders have, but there is no " + SaeLensFiles.CONFIG
                            + " that would say what it reads and writes.");
        }
        if (weights.contains("threshold")) {
            return "jumprelu";
        }
        return weights.contains("b_gate") ? "gated" : Architecture.STANDARD.label();
    }

    private static void refuseScalingFactor(Weights weights) {
        if (!weights.contains("scaling_factor")) {
            return;
        }
        weights.requireAxes("scaling_factor", 0, 1);
        for (float factor : weights.raw("scaling_factor")) {
            if (factor != 1) {
                throw new SaeLoadException(
                        Reason.UNSUPPORTED,
                        weights.path() + ": scaling_factor is not all ones (" + factor
                                + " is among them). No version of SAELens can load such an SAE, so what it should compute is"
                                + " not defined.");
            }
        }
    }
}
