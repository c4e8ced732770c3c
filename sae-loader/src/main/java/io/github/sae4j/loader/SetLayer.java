package io.github.sae4j.loader;

import io.github.sae4j.core.SaeConfig;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one layer of a {@link SaeSet}.
 *
 * @param index its place in the set, from 0
 * @param name the name under which the layer is opened by itself, relative to the set
 * @param config what its encoder computes
 * @param readHook where in the model it reads, in TransformerLens's spelling, or null if that is not known
 * @param writtenHook what in the model the set reconstructs at this place, or null if that is not known
 */
public record SetLayer(
        int index,
        String name,
        SaeConfig config,
        @Nullable String readHook,
        @Nullable String writtenHook) {

    /** Checks that nothing is missing. */
    public SetLayer {
        SAE.requirePresent(name, "name");
        SAE.requirePresent(config, "config");
    }
}
