package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The files of one SAE, wherever they are kept. Files are named relative to the SAE's folder, with {@code /}. */
public sealed interface SaeFolder permits DiskFolder, CachedFolder {

    /** Returns the SAE's name in sentences, for example {@code layer_19 of analist/ministral-3b-sae}. */
    String label();

    /**
     * Returns where a file can be read, if it is there.
     *
     * @param file for example {@code cfg.json}
     */
    Optional<Path> find(String file);

    /**
     * Returns the sentence for a file that must be there and is not.
     *
     * @param file for example {@code sae_weights.safetensors}
     */
    SaeLoadException missing(String file);

    /**
     * Returns what is known of the origin of the files that were read.
     *
     * @param weights the file of which {@link SaeSource#sha256()} tells
     * @param files the files that were read
     */
    SaeSource source(Path weights, List<String> files);
}
