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
 * @since 0.1
 */
public final class SetLayer {

    private final int index;
    private final String name;
    private final SaeConfig config;
    private final Optional<String> readHook;
    private final Optional<String> writtenHook;

    SetLayer(int index, String name, SaeConfig config, Optional<String> readHook, Optional<String> writtenHook) {
        this.index = index;
        this.name = name;
        this.config = config;
        this.readHook = readHook;
        this.writtenHook = writtenHook;
    }

    /** Returns its place in the set, from 0. */
    public int index() {
        return index;
    }

    /** Returns the name under which the layer is opened by itself, relative to the set. */
    public String name() {
        return name;
    }

    /** Returns what its encoder computes. */
    public SaeConfig config() {
        return config;
    }

    /** Returns where in the model it reads, in TransformerLens's spelling, if that is known. */
    public Optional<String> readHook() {
        return readHook;
    }

    /** Returns what in the model the set reconstructs at this place, if that is known. */
    public Optional<String> writtenHook() {
        return writtenHook;
    }
}
