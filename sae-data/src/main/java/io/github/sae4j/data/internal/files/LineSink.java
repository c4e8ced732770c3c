package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.WrittenFile;
import java.util.Optional;

/** Takes lines of text. */
public sealed interface LineSink extends AutoCloseable permits GuardedFile, StandardLines {

    /** Appends lines, each with its end. */
    void append(CharSequence lines);

    /** Brings all lines to where they wait for {@link #commit}. */
    void finish();

    /** Puts all lines in place. */
    void commit();

    /** Returns the file that was made; empty if there is none. */
    Optional<WrittenFile> made();

    @Override
    void close();
}
