package io.github.sae4j.core;

import java.util.List;
import java.util.Optional;

/**
 * The rule of gated SAEs: {@code feature = max(0, p * exp(r_mag) + b_mag)} if {@code p + b_gate > 0}, else 0.
 *
 * <p>The gate and the magnitude share the product {@code p} but not a bias, so nothing is added to {@code p} and both
 * biases are parameters. As in SAELens's {@code GatedSAE.encode}, and in Rajamanoharan et al., "Improving Dictionary
 * Learning with Gated Sparse Autoencoders" (arXiv 2404.16014).
 *
 * <pre>{@code
 * Activation rule = Gated.of(gateBias, magnitudeBias, magnitudeScale);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class Gated implements BlockRule {

    /** The product above which a feature is active, {@code -b_gate}. */
    private final float[] gate;

    private final float[] gain;
    private final float[] magnitudeBias;
    private final float[] magnitudeScale;

    private Gated(float[] gate, float[] gain, float[] magnitudeBias, float[] magnitudeScale) {
        this.gate = gate;
        this.gain = gain;
        this.magnitudeBias = magnitudeBias;
        this.magnitudeScale = magnitudeScale;
    }

    /**
     * Returns the rule with these parameters.
     *
     * @param gateBias {@code b_gate}, {@code [d_sae]}; copied
     * @param magnitudeBias {@code b_mag}, {@code [d_sae]}; copied
     * @param magnitudeScale {@code r_mag}, the logarithm of the gain, {@code [d_sae]}; copied
     * @throws NullPointerException if an argument is null
     * @throws SaeException if their lengths differ
     */
    public static Gated of(float[] gateBias, float[] magnitudeBias, float[] magnitudeScale) {
        SaeException.requirePresent(gateBias, "gateBias");
        SaeException.requireLength(magnitudeBias, "magnitudeBias", gateBias.length, "gateBias");
        SaeException.requireLength(magnitudeScale, "magnitudeScale", gateBias.length, "gateBias");
        float[] gate = new float[gateBias.length];
        float[] gain = new float[gateBias.length];
        for (int feature = 0; feature < gain.length; feature++) {
            gate[feature] = -gateBias[feature];
            gain[feature] = (float) Math.exp(magnitudeScale[feature]);
        }
        return new Gated(gate, gain, magnitudeBias.clone(), magnitudeScale.clone());
    }

    /** Returns a copy of {@code b_gate}, {@code [d_sae]}. */
    public float[] gateBias() {
        float[] bias = new float[gate.length];
        for (int feature = 0; feature < bias.length; feature++) {
            bias[feature] = -gate[feature];
        }
        return bias;
    }

    /** Returns a copy of {@code b_mag}, {@code [d_sae]}. */
    public float[] magnitudeBias() {
        return magnitudeBias.clone();
    }

    /** Returns a copy of {@code r_mag}, the logarithm of the gain, {@code [d_sae]}. */
    public float[] magnitudeScale() {
        return magnitudeScale.clone();
    }

    @Override
    public int dSae() {
        return gate.length;
    }

    @Override
    public float[] bias() {
        return new float[gate.length];
    }

    /** Returns {@code -b_gate}, {@code exp(r_mag)} and {@code b_mag}. */
    @Override
    public List<float[]> parameters() {
        return List.of(gate.clone(), gain.clone(), magnitudeBias.clone());
    }

    /** {@code p + b_gate > 0} is the same as {@code p > -b_gate}, in float32 too. */
    @Override
    public Optional<String> torchScript() {
        return Optional.of("torch.mul_(torch.relu_(torch.add_(torch.mul(h, p[1]), p[2])), torch.gt(h, p[0]))");
    }

    /** Not known where a magnitude behind a closed gate may be infinite or not a number, which 0 does not make 0. */
    @Override
    public float[] activeAbove() {
        float[] above = gate.clone();
        for (int feature = 0; feature < above.length; feature++) {
            boolean finite = Float.isFinite(gate[feature] * gain[feature] + magnitudeBias[feature]);
            above[feature] = finite && gain[feature] > 0 ? gate[feature] : Float.NaN;
        }
        return above;
    }

    @Override
    public float value(int feature, float h) {
        return Math.max(h * gain[feature] + magnitudeBias[feature], 0) * (h > gate[feature] ? 1 : 0);
    }
}
