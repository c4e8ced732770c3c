package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The files of one SAE, wherever they are kept. Files are named relative to the SAE's folder, with {@code /}. */
public sealed interface SaeFolder permits DiskFolder, HubFolder {

    /** Returns the SAE's name in sentences, for example {@code layer_19 of analist/ministral-3b-sae}. */
    String label();

    /**
     * Returns where a file can be read, if the SAE has it.
     *
     * @param file for example {@code cfg.json}
     * @throws SaeLoadException if it may have it, but the file cannot be had
     * @throws io.github.sae4j.hub.HubException likewise
     */
    Optional<Path> find(String file);

    /**
     * Returns where a file can be read that the SAE can do without, if the SAE has it and it can be had.
     *
     * @param file for example {@code sparsity.safetensors}
     */
    Optional<Path> findExtra(String file);

    /**
     * Returns whether the SAE has a file, without fetching it; true as well if that cannot be known.
     *
     * @param file for example {@code sae_weights.safetensors}
     */
    boolean has(String file);

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
