package io.github.sae4j.loader.format;

import java.util.Optional;

/**
 * A folder that may hold an SAE, on this machine or in a repository of a hub. Made by the loader; for the thread that it is
 * handed to.
 *
 * <pre>{@code
 * abstract class LabFormat implements SaeFormat {
 *
 *     public boolean recognises(FormatFolder folder) {
 *         return folder.has("weights.npz")
 *                 && folder.text("config.json").orElse("").contains("\"my_lab\"");
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public interface FormatFolder {

    /** Returns the folder's own name, for example {@code layer_19}; empty for a repository's root. */
    String name();

    /** Returns the repository's id, {@code owner/name}, if the folder is in one. */
    Optional<String> repository();

    /**
     * Returns whether there is a file; nothing is fetched. Offline, what is not in the cache is not there.
     *
     * @param file its name, relative to the folder, with {@code /}
     */
    boolean has(String file);

    /**
     * Returns the text of a small file, which is fetched if it is not on this machine.
     *
     * @param file its name, relative to the folder, with {@code /}
     * @return its text, or nothing if there is no such file
     * @throws io.github.sae4j.loader.SaeLoadException if it cannot be had, is not UTF-8 or has more than 16 MiB
     */
    Optional<String> text(String file);
}
