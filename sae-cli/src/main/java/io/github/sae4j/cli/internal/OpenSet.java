package io.github.sae4j.cli.internal;

import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.loader.SaeSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The set of layers that a user named, opened. */
final class OpenSet implements AutoCloseable {

    private final String name;
    private final SaeSet set;
    private final DownloadProgress progress;

    private OpenSet(String name, SaeSet set, DownloadProgress progress) {
        this.name = name;
        this.set = set;
        this.progress = progress;
    }

    /**
     * Opens a set.
     *
     * @param name a folder, or the name of a published one
     * @param options how it is fetched and opened
     * @param terminal shows how fetching gets on, also later, when weights are first needed
     * @param allowNonFinite whether NaN and infinity are let through
     * @param prepared whether the user asked for a prepared encoder, which is refused
     * @return the set, which the caller closes
     * @throws RuntimeException of the loader or ours, with a sentence, if there is no such set or it cannot run
     */
    static OpenSet open(String name, SaeOptions options, Terminal terminal, boolean allowNonFinite, boolean prepared) {
        DownloadProgress progress = new DownloadProgress(terminal);
        try {
            SaeSet set = options.openSet(
                    OpenSae.loader(name, options, progress).allowNonFinite(allowNonFinite), name, prepared);
            return new OpenSet(name, set, progress);
        } catch (RuntimeException e) {
            progress.close();
            throw e;
        }
    }

    /** Returns how the user named it. */
    String name() {
        return name;
    }

    SaeSet set() {
        return set;
    }

    /** Returns how a file that is read for this set is checked: each row is of one token in one layer. */
    InputRequirements expected(boolean allowNonFinite) {
        return InputRequirements.of(name, set.layer(0).config())
                .withLayers(set.layers())
                .withNonFinite(allowNonFinite);
    }

    /**
     * Returns where the numbers of a file come from that is made of another with this set.
     *
     * @param selected what chooses what is read of the other, empty if nothing does
     * @param layer the layer that is written, or null for all
     */
    Provenance provenance(String source, List<Setting.Value> selected, @Nullable Integer layer) {
        List<Setting.Value> chosen = new ArrayList<>(selected);
        if (layer != null) {
            chosen.add(Setting.SET_LAYER.of(layer));
        }
        return Provenance.builder()
                .set(set.source())
                .source(source, chosen)
                .version(Version.number())
                .build();
    }

    @Override
    public void close() {
        set.close();
        progress.close();
    }
}
