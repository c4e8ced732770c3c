package io.github.sae4j.data.tokens;

import io.github.sae4j.data.internal.Inputs;
import io.github.sae4j.data.internal.files.InputFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The texts of tokens in a file, a line of them at a time. */
sealed interface TokenLines extends AutoCloseable permits JsonTokenLines, ParquetTokenLines {

    /**
     * Opens a file.
     *
     * @throws io.github.sae4j.data.DataException if it cannot be read or holds no texts
     */
    static TokenLines open(Path path) {
        InputFile.requireReadable(path);
        return Inputs.hasEnding(path, ".parquet") ? ParquetTokenLines.open(path) : JsonTokenLines.open(path);
    }

    /**
     * Returns the next line's texts, or null after the last.
     *
     * @throws io.github.sae4j.data.DataException if it cannot be read or is no such line
     */
    @Nullable
    List<String> next();

    /** Returns whether each line is a token and not a sequence or another stretch of them. */
    boolean areTokens();

    /** Returns where the line is that was read last, for sentences. */
    String place();

    @Override
    void close();
}
