package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The place where an SAE's files are, wherever they are kept: a folder, or the place that a file's name would be a folder
 * for. Files are named relative to it, with {@code /}.
 */
public sealed interface SaeFolder permits DiskFolder, HubFolder {

    /** Returns the SAE's name in sentences, for example {@code layer_19 of analist/ministral-3b-sae}. */
    String label();

    /** Returns the name of this place in its parent, for example {@code layer_19}; empty for a repository's root. */
    String name();

    /** Returns the name of this place in its repository, or on this machine, with {@code /}. */
    String path();

    /** Returns the repository's id, if the files come from one. */
    Optional<String> repository();

    /** Returns the place that this one is in; a repository's root is its own parent. */
    SaeFolder parent();

    /**
     * Returns where a file can be read, if there is one of that name.
     *
     * @param file for example {@code cfg.json}
     * @throws SaeLoadException if there may be one, but it cannot be had
     * @throws io.github.sae4j.hub.HubException likewise
     */
    Optional<Path> find(String file);

    /**
     * Returns where a file can be read that the SAE can do without, if there is one and it can be had.
     *
     * @param file for example {@code sparsity.safetensors}
     */
    Optional<Path> findExtra(String file);

    /** Returns the same place, of which files with tensors that are elsewhere are not fetched but only looked at. */
    SaeFolder headersOnly();

    /**
     * Returns the bytes of a file that is there and is to stay where it is, fetched as they are looked at; nothing if there
     * is no such file, it is on this machine, or {@link #find} is to fetch it.
     *
     * @param file for example {@code sae_weights.safetensors}
     * @throws io.github.sae4j.hub.HubException if the hub cannot be asked
     */
    Optional<PublishedBytes> remote(String file);

    /**
     * Returns whether there is a file, without fetching it. Offline, what is not in the cache is not there.
     *
     * @param file for example {@code sae_weights.safetensors}
     */
    boolean has(String file);

    /** Returns the names of the files in this place as far as they are known, not those of folders within. */
    List<String> files();

    /**
     * Returns the sentence for a place without an SAE that anybody knows.
     *
     * @param markers the names of files by which an SAE's folder is told, to name folders that have one
     * @param lacking what files lack for the layouts that they could be of: a sentence with a space before it, or nothing
     */
    SaeLoadException unrecognised(Collection<String> markers, String lacking);

    /**
     * Returns what is known of the origin of the files that were read.
     *
     * @param weights the file of which {@link SaeSource#sha256()} tells, as it was when it was opened
     * @param files the files that were read, relative to the repository or to the folder of this machine
     * @param settings what the user set
     */
    SaeSource source(WeightsState weights, List<String> files, OpenedWith settings);

    /** Returns where this place is on this machine, once something was found in it. */
    Path location();

    /** Returns a file's name relative to the repository, or to the folder of this machine. */
    String fullName(String file);
}
