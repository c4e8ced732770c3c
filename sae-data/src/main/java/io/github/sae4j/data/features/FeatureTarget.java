package io.github.sae4j.data.features;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where features are to go; {@link FeatureSink#to(java.util.List, FeatureStream, Selection)} fills several in one pass.
 * Immutable but for the writer of {@link Lines}, and so safe for use by several threads.
 *
 * <pre>{@code
 * FeatureTarget.InFile file = FeatureTarget.file(OutputFile.replacing(Path.of("features.npz")));
 * FeatureTarget.InFolder latents = FeatureTarget.delphi(Path.of("latents"));
 * FeatureTarget.Lines lines = FeatureTarget.lines(new PrintWriter(System.out));
 * try (FeatureSink sink = FeatureSink.to(List.of(file, latents, lines), stream, Selection.ALL)) {
 *     sink.write(TokenBatch.of(activations), sae.encode(activations));
 *     sink.publish();
 * }
 * }</pre>
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
        return new InFile(file);
    }

    /**
     * Returns a folder of latents as delphi reads them; each hook of a model has a folder in it, and only the hook's own is ever
     * replaced, after {@link InFolder#replacing}. The tokens must have their ids, and lie in sequences of one length or in one.
     *
     * @param path the folder of all hooks, which need not be there
     * @throws DataException if there is a file of that name, or its own folder does not let it be made
     */
    static InFolder delphi(Path path) {
        return new InFolder(FeatureFolder.of(path));
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
     * A file. Immutable, and so safe for use by several threads.
     *
     * @since 0.1
     */
    final class InFile implements FeatureTarget {

        private final OutputFile file;
        private final FeatureFormat format;

        private InFile(OutputFile file) {
            this.file = file;
            this.format = FeatureFormat.of(file.givenPath())
                    .orElseThrow(() -> new IllegalArgumentException(
                            file.givenPath() + " must end in one of " + FeatureFormat.endings() + "."));
        }

        /** Returns the file to be. */
        public OutputFile file() {
            return file;
        }

        /** Returns what kind of file it is. */
        public FeatureFormat format() {
            return format;
        }

        @Override
        public String toString() {
            return file.path().toString();
        }
    }

    /**
     * A folder as delphi reads it. Immutable, and so safe for use by several threads.
     *
     * @since 0.1
     */
    final class InFolder implements FeatureTarget {

        private final FeatureFolder folder;

        private InFolder(FeatureFolder folder) {
            this.folder = folder;
        }

        FeatureFolder folder() {
            return folder;
        }

        /** Returns the same folder, where that of the hook may be replaced. */
        public InFolder replacing() {
            return new InFolder(new FeatureFolder(folder.path(), true));
        }

        /** Returns the folder of all hooks. */
        public Path path() {
            return folder.path();
        }

        @Override
        public String toString() {
            return folder.path().toString();
        }
    }

    /**
     * JSON lines, as they come. As safe for use by several threads as its writer.
     *
     * @since 0.1
     */
    final class Lines implements FeatureTarget {

        private final PrintWriter out;

        private Lines(PrintWriter out) {
            this.out = Objects.requireNonNull(out, "out");
        }

        /** Returns where they go. */
        public PrintWriter out() {
            return out;
        }

        @Override
        public String toString() {
            return "A stream of JSON lines";
        }
    }
}
