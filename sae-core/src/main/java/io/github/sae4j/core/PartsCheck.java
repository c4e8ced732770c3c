package io.github.sae4j.core;

import org.jspecify.annotations.Nullable;

/** Checks that the parts of an SAE fit each other, before anything native sees them. */
final class PartsCheck {

    private final SaeConfig config;
    private final SaeParts parts;
    private final double inputScale;

    private PartsCheck(SaeConfig config, SaeParts parts, double inputScale) {
        this.config = config;
        this.parts = parts;
        this.inputScale = inputScale;
    }

    /**
     * Checks parts.
     *
     * @param sparsity the log10 of each feature's firing frequency, or null
     * @param inputScale what activations are multiplied by
     * @param segments how many segments an activation must have, 0 for any number
     * @throws SaeException if one is missing, or does not fit
     */
    static void of(SaeConfig config, SaeParts parts, float @Nullable [] sparsity, double inputScale, int segments) {
        PartsCheck check = new PartsCheck(config, parts, inputScale);
        check.rule();
        check.decoder(parts.activation());
        requireLength(parts.decoderBias().length, "b_dec", config.dOut(), "d_out");
        check.input();
        check.affine();
        check.segments(segments);
        parts.prediction().ifPresent(check::prediction);
        if (sparsity != null) {
            requireLength(sparsity.length, "sparsity", config.dSae(), "d_sae");
        }
    }

    private void rule() {
        Activation rule = parts.activation();
        requireLength(rule.dSae(), "The activation rule", config.dSae(), "d_sae");
        if (rule instanceof BlockRule blockRule) {
            blockRule(blockRule);
            requireShape(required(parts.encoder().orElse(null), "W_enc"), "W_enc", config.dIn(), config.dSae());
        } else {
            pursuit();
        }
    }

    private void affine() {
        InputAffine input = parts.inputAffine().orElse(null);
        OutputAffine output = parts.outputAffine().orElse(null);
        if (input == null && output == null) {
            return;
        }
        if (input != null) {
            requireLength(input.centre().length, "The input's affine transform", config.dIn(), "d_in");
            requireFinite(input.centre(), "centre of the input's affine transform");
            requireFinite(input.gain(), "gain of the input's affine transform");
        }
        if (output != null) {
            requireLength(output.gain().length, "The output's affine transform", config.dOut(), "d_out");
            requireFinite(output.gain(), "gain of the output's affine transform");
            requireFinite(output.offset(), "offset of the output's affine transform");
        }
        if (inputScale != 1) {
            throw new SaeException("The norm scaling factor " + inputScale
                    + " goes with no affine transform of the input" + " or the output: make it a part of that.");
        }
        if (!(parts.activation() instanceof BlockRule) || parts.prediction().isPresent()) {
            throw new SaeException(
                    "Matching pursuit and temporal SAEs go with no affine transform of the input or the" + " output.");
        }
    }

    private static void requireFinite(float[] values, String name) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new SaeException("The " + name + " is " + values[i] + " at [" + i + "], but must be finite.");
            }
        }
    }

    private void segments(int segments) {
        boolean laid = config.reshape() == Reshape.SEGMENTS;
        if (laid && config.isTranscoder()) {
            throw new SaeException("A " + config.architecture()
                    + " takes no segments apart: its output is of another place" + " than its input.");
        }
        if (segments < 0 || (segments > 0 && !laid)) {
            throw new SaeException(segments + " segments are said to be laid side by side, but the SAE's reshape is "
                    + config.reshape() + ".");
        }
        if (segments > 0 && (config.dIn() % segments != 0 || config.dOut() % segments != 0)) {
            throw new SaeException(segments + " segments do not divide d_in = " + config.dIn() + " and d_out = "
                    + config.dOut() + ".");
        }
    }

    private void decoder(Activation rule) {
        if (parts.noDecoding().isEmpty()) {
            requireShape(required(parts.decoder().orElse(null), "W_dec"), "W_dec", config.dSae(), config.dOut());
        } else if (parts.decoder().isPresent() || parts.skip().isPresent()) {
            throw new SaeException("The SAE has a decoder or a skip matrix, but is said to have no decoder.");
        } else if (rule instanceof BlockRule blockRule && blockRule.rescalesByDecoderNorm()) {
            throw new SaeException("The activation rule rescales features by the norms of the decoder's rows, but the"
                    + " SAE is said to have no decoder.");
        } else if (rule instanceof BlockRule blockRule && blockRule.strength() == Strength.CONTRIBUTION) {
            throw new SaeException("The activation rule chooses features by the norms of the decoder's rows, but the"
                    + " SAE is said to have no decoder.");
        }
        parts.skip().ifPresent(skip -> requireShape(skip, "W_skip", config.dOut(), config.dIn()));
    }

    private void pursuit() {
        if (parts.encoder().isPresent()) {
            throw new SaeException("Matching pursuit encodes with W_dec, but the SAE has a W_enc.");
        }
        if (parts.noDecoding().isPresent()) {
            throw new SaeException("Matching pursuit encodes with W_dec, but the SAE is said to have no decoder.");
        }
        if (config.dOut() != config.dIn()) {
            throw new SaeException("Matching pursuit needs a decoder of the input's width, but d_out = " + config.dOut()
                    + " and d_in = " + config.dIn() + ".");
        }
        if (parts.skip().isPresent() || parts.prediction().isPresent() || inputScale != 1) {
            throw new SaeException("Matching pursuit goes with no skip matrix, no prediction and no scale.");
        }
    }

    private void prediction(TemporalPrediction temporal) {
        if (parts.noDecoding().isPresent()) {
            throw new SaeException("A temporal SAE predicts with W_dec, but is said to have no decoder.");
        }
        if (config.dOut() != config.dIn() || config.isTranscoder() || config.reshape() != Reshape.NONE) {
            throw new SaeException("A temporal SAE takes and gives activations of one width, not heads: d_in = "
                    + config.dIn() + ", d_out = " + config.dOut() + ", reshape = " + config.reshape() + ".");
        }
        temporal.requireFitting(config);
    }

    private void input() {
        if (config.applyBDecToInput() && config.isTranscoder()) {
            throw new SaeException("b_dec cannot be subtracted from the input of a " + config.architecture()
                    + ": it belongs to the output.");
        }
        if (config.applyBDecToInput() && config.dOut() != config.dIn()) {
            throw new SaeException("b_dec cannot be subtracted from the input: d_out = " + config.dOut()
                    + ", but d_in = " + config.dIn() + ".");
        }
        if (!(inputScale > 0) || inputScale > Float.MAX_VALUE) {
            throw new SaeException("The norm scaling factor must be finite and above 0, but is " + inputScale + ".");
        }
        if (inputScale != 1 && config.normalization().isPerToken()) {
            throw new SaeException("The norm scaling factor " + inputScale + " is for all activations, but this SAE"
                    + " normalises each token (" + config.normalization() + ").");
        }
    }

    /** A rule may be a user's own. */
    private void blockRule(BlockRule rule) {
        requireLength(required(rule.bias(), "bias of the activation rule").length, "bias", config.dSae(), "d_sae");
        for (float[] parameter : required(rule.parameters(), "parameters of the activation rule")) {
            requireLength(
                    required(parameter, "parameter of the activation rule").length,
                    "A parameter of the activation rule",
                    config.dSae(),
                    "d_sae");
        }
        required(rule.torchScript(), "torchScript of the activation rule");
        requireLength(
                required(rule.activeAbove(), "activeAbove of the activation rule").length,
                "activeAbove of the activation rule",
                config.dSae(),
                "d_sae");
        if (required(rule.strength(), "strength of the activation rule") == Strength.CONTRIBUTION
                && (rule.rescalesByDecoderNorm() || rule.mayBeNegative())) {
            throw new SaeException(
                    "The activation rule chooses features by the norms of the decoder's rows, so they must"
                            + " not be negative nor rescaled by them too.");
        }
        if (rule.mayBeNegative()
                && rule.strength() == Strength.VALUE
                && rule.mostActive() < config.dSae()
                && !isUnknown(rule.activeAbove())) {
            throw new SaeException(
                    "The activation rule keeps the largest values of a token, and they may be negative, so that"
                            + " features that are 0 take part too: there can be no number that a product must be above.");
        }
        if (rule.groups() < 1 || config.dSae() % rule.groups() != 0) {
            throw new SaeException("The activation rule has " + rule.groups()
                    + " groups of features, which do not divide" + " d_sae = " + config.dSae() + ".");
        }
        if (rule.groups() < config.dSae()
                && (rule.mostActive() < config.dSae()
                        || rule.mayBeNegative()
                        || rule.rescalesByDecoderNorm()
                        || rule.strength() != Strength.VALUE)) {
            throw new SaeException(
                    "The activation rule keeps the strongest feature of each group, and can limit nothing"
                            + " else, nor rescale, nor keep what is negative.");
        }
        if (rule.mostActive() < 1 || rule.mostActive() > config.dSae()) {
            throw new SaeException("The activation rule keeps " + rule.mostActive()
                    + " features of a token, but must keep 1 to d_sae = " + config.dSae() + ".");
        }
    }

    private static boolean isUnknown(float[] activeAbove) {
        for (float above : activeAbove) {
            if (!Float.isNaN(above)) {
                return false;
            }
        }
        return true;
    }

    static <T> T required(@Nullable T part, String name) {
        if (part == null) {
            throw new SaeException("The SAE has no " + name + ".");
        }
        return part;
    }

    private static void requireShape(WeightMatrix matrix, String name, int rows, int columns) {
        if (matrix.rows() != rows || matrix.columns() != columns) {
            throw new SaeException(name + " has the shape [" + matrix.rows() + ", " + matrix.columns()
                    + "], but must be [" + rows + ", " + columns + "].");
        }
    }

    private static void requireLength(int length, String name, int expected, String size) {
        if (length != expected) {
            throw new SaeException(
                    name + " is for " + length + " values, but must be for " + size + " = " + expected + ".");
        }
    }
}
