package io.github.sae4j.data.features;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * Where features are to go; {@link FeatureSink#to(java.util.List, FeatureStream, Selection)} fills several in one pass.
 * Immutable but for the writer of {@link Lines}, and so safe for use by several threads.
 *
 * @since 0.1
 */
public sealed interface FeatureTarget {

    /**
     * Returns a file of the kind that its name's ending tells.
     *
     * @param file the file to be
     * @throws IllegalArgumentException if the ending tells no kind
     */
    static InFile file(OutputFile file) {
        return new InFile(
                file,
                FeatureFormat.of(file.givenPath())
                        .orElseThrow(() -> new IllegalArgumentException(
                                file.givenPath() + " must end in one of " + FeatureFormat.endings() + ".")));
    }

    /**
     * Returns a folder of latents as delphi reads them; each hook of a model has a folder in it, and only the hook's own is ever
     * replaced.
     *
     * @param path the folder of all hooks, which need not be there
     * @param replace whether the folder of the hook may be replaced
     * @throws DataException if there is a file of that name, or its own folder does not let it be made
     */
    static InFolder delphi(Path path, boolean replace) {
        FeatureFolder folder = FeatureFolder.of(path, replace);
        return new InFolder(folder.path(), folder.replace());
    }

    /**
     * Returns JSON lines that are written as they come, in ASCII, and are not taken back if the rest fails.
     *
     * @param out takes them; it is flushed, and stays open
     */
    static Lines lines(PrintWriter out) {
        return new Lines(out);
    }

    /**
     * A file.
     *
     * @param file where
     * @param format what kind of file
     */
    record InFile(OutputFile file, FeatureFormat format) implements FeatureTarget {

        @Override
        public String toString() {
            return file.path().toString();
        }
    }

    /**
     * A folder as delphi reads it.
     *
     * @param path the folder of all hooks
     * @param replace whether the folder of the hook may be replaced
     */
    record InFolder(Path path, boolean replace) implements FeatureTarget {

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * JSON lines, as they come.
     *
     * @param out where
     */
    record Lines(PrintWriter out) implements FeatureTarget {

        @Override
        public String toString() {
            return "A stream of JSON lines";
        }
    }
}
