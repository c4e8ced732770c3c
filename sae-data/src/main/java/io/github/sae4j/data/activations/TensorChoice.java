package io.github.sae4j.data.activations;

import io.github.sae4j.data.Setting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers of a file are the activations.
 *
 * @param tensor the array's name, or null to take the only floating-point one of each file that fits the SAE
 * @param layers which layer of it, where it has several
 * @param sequences where sequences begin, where the files do not tell
 */
record TensorChoice(@Nullable String tensor, Layers layers, Sequences sequences) {

    /** The only array that fits. */
    public static final TensorChoice ONLY = new TensorChoice(null, Layers.NONE, Sequences.NONE);

    /** Returns the settings that make this choice; empty if there is none. */
    List<Setting.Value> settings() {
        List<Setting.Value> settings = new ArrayList<>();
        if (tensor != null) {
            settings.add(Setting.TENSOR.of(tensor));
        }
        settings.addAll(layers.settings());
        settings.addAll(sequences.settings());
        return settings;
    }
}
