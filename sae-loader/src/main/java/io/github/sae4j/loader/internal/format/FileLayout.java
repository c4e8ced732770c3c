package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;

/** A layout of files that some publisher has, as far as it is told from others. */
interface FileLayout {

    /** Returns the name that releases call it by, for example {@code gemma_2}. */
    String label();

    /**
     * Returns the files by which a folder of this layout is told, relative to it, the weights last; none if it is told
     * otherwise.
     */
    List<String> markers();

    /** Returns whether the files in a place are of this layout. */
    boolean fits(SaeFolder place);
}
