package io.github.sae4j.loader;

import io.github.sae4j.core.SparseAutoencoder;

/**
 * Settings that others use, so that numbers compare with theirs. Immutable, and so safe for use by several threads.
 *
 * <pre>{@code
 * try (SparseAutoencoder open = SAE.from("layer_19").profile(SaeProfile.NEURONPEDIA).open()) {
 *     System.out.println(SaeProfile.NEURONPEDIA.settings(open));
 * }
 * }</pre>
 *
 * @since 0.1
 */
public enum SaeProfile {
    /**
     * Neuronpedia's dashboards: decoder norms are folded into the features of each SAE with which that can be done. Its activations
     * are of sequences that begin with BOS.
     */
    NEURONPEDIA;

    /**
     * Returns the settings in words, for {@code Provenance.Builder.profile} for example.
     *
     * @param sae an SAE that was opened with them
     * @throws NullPointerException if {@code sae} is null
     */
    public String settings(SparseAutoencoder sae) {
        return "neuronpedia: decoder norms "
                + (SAE.requirePresent(sae, "sae").hasFoldedDecoderNorms()
                        ? "folded into the features"
                        : "not folded, as they cannot be with " + sae.config().architecture())
                + "; weights as float32; activations of sequences that begin with BOS, hook_z flat or by heads";
    }
}
