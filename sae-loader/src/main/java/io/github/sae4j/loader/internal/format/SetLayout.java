package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.loader.internal.SaeFolder;

/**
 * A layout of files that some publisher has for a set of layers, each of which encodes its own activations and writes to
 * several layers.
 *
 * <p>A layer's tensors have these names, whatever the publisher calls them: {@code W_enc [d, d_sae]}, {@code b_enc},
 * {@code b_dec}, maybe {@code threshold} and {@code W_skip}, and {@code W_dec [d_sae, targets, d]}, whose targets end with
 * the last layer.
 */
interface SetLayout {

    /** Returns what an error calls such a set, for example {@code cross-layer transcoder}. */
    String kind();

    /** Returns whether the files in a place are of this layout, without fetching weights. */
    boolean fits(SaeFolder place);

    /** Returns the name under which one layer is opened by itself, relative to the place. */
    String member(int layer);

    /** Returns the layer that the first of a decoder's targets is. */
    int firstTarget(int layer);

    /** Returns the file that would be there if there were one layer more. */
    String fileBehind(int layers);

    /** Returns the tensors of the file that has a layer's encoder. */
    Weights encoder(Reading reading, int layer);

    /** Returns the tensors of the file that has a layer's decoder. */
    Weights decoder(Reading reading, int layer);

    /**
     * Returns the configuration of a layer's encoder, with the hooks {@code hook_name} and {@code hook_name_out}.
     *
     * @param layers how many layers there are
     * @throws io.github.sae4j.loader.SaeLoadException if a small file beside the weights says what is not understood
     */
    Config config(Reading reading, Weights encoder, int layer, int layers);

    /** Returns the rule that decides which features are active. */
    BlockRule rule(Weights encoder, int dSae);
}
