package io.github.sae4j.loader;

import io.github.sae4j.core.SaeConfig;
import java.util.Optional;

/**
 * What is known of one layer of a {@link SaeSet}; immutable.
 *
 * <pre>{@code
 * for (int i = 0; i < set.layers(); i++) {
 *     SetLayer layer = set.layer(i);
 *     System.out.println(layer.name() + " reads " + layer.readHook().orElse("an unknown hook"));
 * }
 * }</pre>
 *
 * @param index its place in the set, from 0
 * @param name the name under which the layer is opened by itself, relative to the set
 * @param config what its encoder computes
 * @param readHook where in the model it reads, in TransformerLens's spelling, if that is known
 * @param writtenHook what in the model the set reconstructs at this place, if that is known
 * @since 0.1
 */
public record SetLayer(
        int index, String name, SaeConfig config, Optional<String> readHook, Optional<String> writtenHook) {

    /** Checks that nothing is missing. */
    public SetLayer {
        SAE.requirePresent(name, "name");
        SAE.requirePresent(config, "config");
        SAE.requirePresent(readHook, "readHook");
        SAE.requirePresent(writtenHook, "writtenHook");
    }
}
