package io.github.sae4j.data.features;

import io.github.sae4j.data.OutputFile;
import java.io.PrintWriter;

/**
 * Where features are to go: one of several places that {@link FeatureOutputs} fills in one pass. Immutable, and so safe for use
 * by several threads.
 *
 * @since 0.1
 */
public sealed interface FeatureTarget {

    /**
     * A file.
     *
     * @param file where
     * @param format what kind of file
     */
    record InFile(OutputFile file, FeatureFormat format) implements FeatureTarget {}

    /**
     * A folder as delphi reads it.
     *
     * @param folder where
     */
    record InFolder(FeatureFolder folder) implements FeatureTarget {}

    /**
     * JSON lines, as they come.
     *
     * @param out where
     */
    record OnStandardOutput(PrintWriter out) implements FeatureTarget {}
}
